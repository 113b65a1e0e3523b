/* SPDX-License-Identifier: GPL-2.0-only */
/* Turn a TCP segment into the reset that answers it (RFC 9293, 3.10.7.1). */
#ifndef TG_POLICY_RESET_H
#define TG_POLICY_RESET_H

#include "reply.h"

/* The minimum of Ethernet; a shorter frame may get a shorter reply. */
#define TG_FRAME_MIN 60

struct tg_reset4 {
	struct iphdr ip;
	struct tcphdr tcp;
};

struct tg_reset6 {
	struct ipv6hdr ip;
	struct tcphdr tcp;
};

static __always_inline void
tg_turn_tcp(struct tcphdr *tcp, const struct tcphdr *asked, __u32 payload)
{
	*tcp = (struct tcphdr){
		.source = asked->dest,
		.dest = asked->source,
		.doff = sizeof(*tcp) / 4,
		.rst = 1,
	};
	if (asked->ack) {
		tcp->seq = asked->ack_seq;
		return;
	}
	tcp->ack = 1;
	tcp->ack_seq = bpf_htonl(bpf_ntohl(asked->seq) + payload + asked->syn +
				 asked->fin);
}

/* A partial checksum is that of the pseudo header; the device adds the rest. */
static __always_inline void tg_close_tcp(struct tcphdr *tcp, __u32 pseudo,
					 int is_open)
{
	if (is_open)
		tcp->check = tg_fold(pseudo);
	else
		tcp->check = ~tg_fold(tg_sum(tcp, sizeof(*tcp), pseudo));
}

/*
 * Remove `size` bytes behind the base IP header of an skb. The kernel refuses
 * while a tag is in the packet. bpf_skb_vlan_pop() removes the outermost tag,
 * and moves the next one to the metadata, so one call removes all tags from the
 * packet; the push puts the next one back, and the outermost tag is in the
 * metadata after that.
 */
static __always_inline int tg_shrink(struct tg_packet *pkt,
				     struct tg_asker *asker, __u32 size)
{
	struct tg_vlan_tag *tag = (void *)&asker->link[2 * ETH_ALEN];
	struct __sk_buff *skb = pkt->ctx;
	int is_tagged = TG_FOUND_TAGS(asker->found) != 0, error;
	__be16 protocol = tag->tci; /* each TCI follows an EtherType */
	__u16 tci = bpf_ntohs(tag->ethertype);

	if (is_tagged) {
		if (skb->vlan_present) {
			protocol = skb->vlan_proto;
			tci = skb->vlan_tci;
		} else {
			asker->link_size -= sizeof(*tag);
		}
		if (bpf_skb_vlan_pop(skb) < 0)
			return -1;
	}
	error = bpf_skb_adjust_room(skb, -(__s32)size, BPF_ADJ_ROOM_NET, 0);
	if (!error && is_tagged)
		error = bpf_skb_vlan_push(skb, protocol, tci);
	return error;
}

/*
 * Remove options and extension headers, so that the TCP header is where a
 * partial checksum expects it.
 */
static __always_inline int tg_reshape(struct tg_packet *pkt,
				      struct tg_asker *asker, __u32 ip_size)
{
	__u32 more = asker->transport_at - asker->link_size - ip_size;
	__u32 size;

	if (pkt->hook != TG_HOOK_XDP && more && tg_shrink(pkt, asker, more) < 0)
		return TG_NO_REPLY;
	size = asker->link_size + ip_size + sizeof(struct tcphdr);
	if (pkt->hook == TG_HOOK_XDP && size < TG_FRAME_MIN &&
	    pkt->size >= TG_FRAME_MIN)
		size = TG_FRAME_MIN;
	return tg_cut(pkt, size) < 0 ? TG_NO_REPLY : 0;
}

static __always_inline int tg_write_reset4(struct tg_packet *pkt,
					   struct tg_asker *asker,
					   const struct tcphdr *asked,
					   __u32 payload, int is_open)
{
	struct tg_reset4 reset;

	tg_turn_ip4(&reset.ip, &asker->network.ip4, IPPROTO_TCP,
		    sizeof(reset.tcp));
	tg_turn_tcp(&reset.tcp, asked, payload);
	tg_close_tcp(&reset.tcp,
		     tg_sum_pseudo(&reset.ip.saddr, 2 * sizeof(__be32),
				   IPPROTO_TCP, sizeof(reset.tcp)),
		     is_open);
	return tg_store(pkt, asker->link_size, &reset, sizeof(reset));
}

static __always_inline int tg_write_reset6(struct tg_packet *pkt,
					   struct tg_asker *asker,
					   const struct tcphdr *asked,
					   __u32 payload, int is_open)
{
	struct tg_reset6 reset;

	tg_turn_ip6(&reset.ip, &asker->network.ip6, IPPROTO_TCP,
		    sizeof(reset.tcp));
	tg_turn_tcp(&reset.tcp, asked, payload);
	tg_close_tcp(&reset.tcp,
		     tg_sum_pseudo(&reset.ip.saddr, 2 * sizeof(struct in6_addr),
				   IPPROTO_TCP, sizeof(reset.tcp)),
		     is_open);
	return tg_store(pkt, asker->link_size, &reset, sizeof(reset));
}

static __always_inline int tg_reset(struct tg_packet *pkt,
				    struct tg_asker *asker)
{
	int is_ip4 = TG_FOUND_NETWORK(asker->found) == TG_NET_IPV4;
	struct tcphdr asked;
	__u32 payload;
	int is_open, error;

	if (TG_FOUND_TCP_RESET(asker->found))
		return TG_UNANSWERABLE;
	if (tg_load(pkt, asker->transport_at, &asked, sizeof(asked)) < 0)
		return TG_NO_REPLY;
	payload = asker->end - asker->transport_at - asked.doff * 4;
	is_open = tg_is_sum_open(pkt);
	if (is_open < 0 ||
	    tg_reshape(pkt, asker,
		       is_ip4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)))
		return TG_NO_REPLY;
	if (is_ip4)
		error = tg_write_reset4(pkt, asker, &asked, payload, is_open);
	else
		error = tg_write_reset6(pkt, asker, &asked, payload, is_open);
	return error < 0 ? TG_NO_REPLY : tg_turn_addresses(pkt, asker);
}

#endif
