/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The common part of all replies: which packets may be answered, and how a
 * packet is turned into one to its sender.
 */
#ifndef TG_REPLY_H
#define TG_REPLY_H

#include "change.h"

#define TG_REPLY_HOPS 64
#define TG_LOOPBACK_DEVICE 1
#define TG_LINK_SIZE_MIN sizeof(struct ethhdr)
#define TG_LINK_SIZE_MAX \
	(TG_LINK_SIZE_MIN + TG_VLANS_MAX * sizeof(struct tg_vlan_tag))

#define TG_UNANSWERABLE -1
#define TG_NO_REPLY -2 /* a helper of the kernel refused */

union tg_reply_network {
	struct iphdr ip4;
	struct ipv6hdr ip6;
};

/* What a reply needs of the packet, saved before it is overwritten. */
struct tg_asker {
	__u8 link[24];
	__u32 found;
	__u32 link_size;
	__u32 transport_at;
	__u32 end; /* by the length in the IP header */
	union tg_reply_network network;
};

/* ICMP error types, which must not be answered: 3, 4, 5, 11 and 12. */
#define TG_ICMP_ERRORS (1 << 3 | 1 << 4 | 1 << 5 | 1 << 11 | 1 << 12)
#define TG_ICMP6_REDIRECT 137
#define TG_ICMP6_ERROR_LAST 127

static __always_inline int tg_is_error(__u32 found)
{
	__u8 type = TG_FOUND_ICMP_TYPE(found);

	if (TG_FOUND_TRANSPORT(found) == TG_L4_ICMP)
		return type < 32 && TG_ICMP_ERRORS & 1U << type;
	if (TG_FOUND_TRANSPORT(found) == TG_L4_ICMPV6)
		return type <= TG_ICMP6_ERROR_LAST || type == TG_ICMP6_REDIRECT;
	return 0;
}

/* Offset of the checksum in a transport header, 0 if unknown. */
static __always_inline __u32 tg_sum_offset(__u32 found)
{
	switch (TG_FOUND_TRANSPORT(found)) {
	case TG_L4_TCP:
		return offsetof(struct tcphdr, check);
	case TG_L4_UDP:
		return offsetof(struct udphdr, check);
	case TG_L4_ICMPV6:
		return offsetof(struct tg_icmp, checksum);
	default:
		return 0;
	}
}

/* RFC 1122, 3.2.2: the address of a single host. */
static __always_inline int tg_is_host4(struct tg_packet *pkt, __be32 address)
{
	__u32 net = bpf_ntohl(address) >> 24;

	if (net == 127)
		return tg_device(pkt) == TG_LOOPBACK_DEVICE;
	return net != 0 && net < 224;
}

static __always_inline int tg_is_multicast6(const struct in6_addr *address)
{
	return address->s6_addr[0] == 0xff;
}

static __always_inline int tg_is_unspecified6(const struct in6_addr *address)
{
	const __be32 *word = address->s6_addr32;

	return !(word[0] | word[1] | word[2] | word[3]);
}

/* The end of IPv6 extension headers, which the parser has checked before. */
static __always_inline __u32 tg_skip_extensions(struct tg_packet *pkt, __u32 at,
						__u8 next)
{
#pragma clang loop unroll(disable)
	for (int i = 0; i < TG_IPV6_EXTENSIONS_MAX; i++) {
		struct tg_extension_kind kind = tg_extension_kinds[next];
		struct tg_ipv6_extension ext;

		if (!kind.bit || tg_load(pkt, at, &ext, sizeof(ext)) < 0)
			break;
		at += sizeof(ext) + ((ext.length & kind.mask)
				     << (kind.shift & TG_EXTENSION_SHIFT_MASK));
		next = ext.next;
	}
	return at;
}

static __always_inline int tg_ask_ip4(struct tg_packet *pkt,
				      struct tg_asker *asker)
{
	struct iphdr *ip = &asker->network.ip4;

	if (tg_load(pkt, asker->link_size, ip, sizeof(*ip)) < 0)
		return TG_NO_REPLY;
	asker->transport_at = asker->link_size + ip->ihl * 4;
	/* The parser accepts a length of 0 only if 16 bits are too few. */
	asker->end = pkt->size;
	if (ip->tot_len)
		asker->end = asker->link_size + bpf_ntohs(ip->tot_len);
	if (!tg_is_host4(pkt, ip->saddr) || !tg_is_host4(pkt, ip->daddr))
		return TG_UNANSWERABLE;
	return 0;
}

static __always_inline int tg_ask_ip6(struct tg_packet *pkt,
				      struct tg_asker *asker)
{
	struct ipv6hdr *ip = &asker->network.ip6;

	if (tg_load(pkt, asker->link_size, ip, sizeof(*ip)) < 0)
		return TG_NO_REPLY;
	asker->transport_at = asker->link_size + sizeof(*ip);
	/* A length of 0 means the rest of the frame where the parser accepts
	 * it. */
	asker->end = pkt->size;
	if (ip->payload_len ||
	    (ip->nexthdr != TG_NEXT_HOPOPTS &&
	     asker->end - asker->transport_at <= TG_LENGTH_MAX))
		asker->end = asker->transport_at + bpf_ntohs(ip->payload_len);
	if (TG_FOUND_EXTENSIONS(asker->found))
		asker->transport_at = tg_skip_extensions(
			pkt, asker->transport_at, ip->nexthdr);
	if (tg_is_multicast6(&ip->saddr) || tg_is_unspecified6(&ip->saddr) ||
	    tg_is_multicast6(&ip->daddr) || tg_is_unspecified6(&ip->daddr))
		return TG_UNANSWERABLE;
	return 0;
}

/* Save what a reply needs, and check that its addresses may be answered. */
static __always_inline int tg_ask(struct tg_packet *pkt, struct tg_asker *asker)
{
	__u32 size = tg_link_size(asker->found);

	if (TG_FOUND_NETWORK(asker->found) < TG_NET_IPV4 ||
	    TG_FOUND_FRAGMENT(asker->found) == TG_FRAG_LATER)
		return TG_UNANSWERABLE;
	if (size < TG_LINK_SIZE_MIN)
		return TG_UNANSWERABLE;
	tg_barrier_var(size);
	if (size > TG_LINK_SIZE_MAX)
		return TG_UNANSWERABLE;
	asker->link_size = size;
	if (tg_load(pkt, 0, asker->link, size) < 0)
		return TG_NO_REPLY;
	if ((asker->link[0] | asker->link[ETH_ALEN]) & 1) /* a group */
		return TG_UNANSWERABLE;
	if (TG_FOUND_NETWORK(asker->found) == TG_NET_IPV4)
		return tg_ask_ip4(pkt, asker);
	return tg_ask_ip6(pkt, asker);
}

/* Swap the MAC addresses in the copy of the link header. */
static __always_inline void tg_swap_addresses(struct tg_asker *asker)
{
	struct ethhdr *eth = (struct ethhdr *)asker->link;
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, mac, ETH_ALEN);
}

/* Swap the MAC addresses; the tags are in place already. */
static __always_inline int tg_turn_addresses(struct tg_packet *pkt,
					     struct tg_asker *asker)
{
	tg_swap_addresses(asker);
	return tg_store(pkt, 0, asker->link, 2 * ETH_ALEN) < 0 ? TG_NO_REPLY
							       : 0;
}

/* Write the link header of the reply, with the same tags. */
static __always_inline int tg_turn_link(struct tg_packet *pkt,
					struct tg_asker *asker)
{
	__u32 size = asker->link_size;

	tg_swap_addresses(asker);
	if (size < TG_LINK_SIZE_MIN)
		return TG_NO_REPLY;
	tg_barrier_var(size);
	if (size > TG_LINK_SIZE_MAX)
		return TG_NO_REPLY;
	return tg_store(pkt, 0, asker->link, size) < 0 ? TG_NO_REPLY : 0;
}

/* The IP header of a reply with `size` bytes of payload. */
static __always_inline void tg_turn_ip4(struct iphdr *ip,
					const struct iphdr *asked,
					__u8 protocol, __u16 size)
{
	*ip = (struct iphdr){
		.version = 4,
		.ihl = sizeof(*ip) / 4,
		.tot_len = bpf_htons(sizeof(*ip) + size),
		.frag_off = bpf_htons(0x4000), /* do not fragment */
		.ttl = TG_REPLY_HOPS,
		.protocol = protocol,
		.saddr = asked->daddr,
		.daddr = asked->saddr,
	};
	ip->check = ~tg_fold(tg_sum(ip, sizeof(*ip), 0));
}

static __always_inline void tg_turn_ip6(struct ipv6hdr *ip,
					const struct ipv6hdr *asked,
					__u8 protocol, __u16 size)
{
	*ip = (struct ipv6hdr){
		.version = 6,
		.payload_len = bpf_htons(size),
		.nexthdr = protocol,
		.hop_limit = TG_REPLY_HOPS,
		.saddr = asked->daddr,
		.daddr = asked->saddr,
	};
}

/* The pseudo header: addresses, protocol, size. */
static __always_inline __u32 tg_sum_pseudo(void *addresses, __u32 size,
					   __u8 protocol, __u16 payload)
{
	__be32 more[2] = { bpf_htonl(protocol), bpf_htonl(payload) };

	return tg_sum(more, sizeof(more), tg_sum(addresses, size, 0));
}

/*
 * Whether the transport checksum of an skb is partial (CHECKSUM_PARTIAL): the
 * sending device completes it whatever is changed here, so what is written
 * there has to match. No field tells, but bpf_l4_csum_replace() leaves a
 * partial checksum alone; it is tried on bytes that are overwritten later.
 */
static __always_inline int tg_is_sum_open(struct tg_packet *pkt)
{
	__u16 probe = 0;

	if (pkt->hook == TG_HOOK_XDP)
		return 0;
	if (bpf_skb_store_bytes(pkt->ctx, 0, &probe, sizeof(probe), 0) < 0 ||
	    bpf_l4_csum_replace(pkt->ctx, 0, 0, 1, 0) < 0 ||
	    bpf_skb_load_bytes(pkt->ctx, 0, &probe, sizeof(probe)) < 0)
		return TG_NO_REPLY;
	return probe == 0;
}

#endif
