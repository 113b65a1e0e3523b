/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read the fields of a packet. A field that the packet lacks reads as its
 * largest value plus one.
 */
#ifndef TG_POLICY_VALUE_H
#define TG_POLICY_VALUE_H

#include <bpf/bpf_endian.h>

#include "headers.h"
#include "parse.h"
#include "policy_class.h"

struct tg_policy_packet {
	const struct tg_headers *headers;
	__u32 size; /* the whole frame */
	__u32 mark;
	__u32 has_mark;
};

enum tg_values {
#define TG_VALUES(name, kind, values) TG_VALUES_##name = values,
	TG_DIMENSION_LIST(TG_VALUES)
#undef TG_VALUES
};

#define TG_VLAN_ID_MASK 0xfff
#define TG_VLAN_PRIORITY_SHIFT 13

static __always_inline int tg_has_ports(const struct tg_headers *headers)
{
	return headers->transport == TG_L4_TCP ||
	       headers->transport == TG_L4_UDP ||
	       headers->transport == TG_L4_SCTP;
}

static __always_inline int tg_has_icmp(const struct tg_headers *headers)
{
	return headers->transport == TG_L4_ICMP ||
	       headers->transport == TG_L4_ICMPV6;
}

/* The traffic class of IPv6 is in two bytes. */
static __always_inline __u32 tg_dscp(const struct tg_headers *headers,
				     enum tg_policy_family_id family)
{
	const struct ipv6hdr *ip = headers->ip6;

	if (family == TG_FAMILY_IP4)
		return headers->ip4->tos >> 2;
	return (ip->priority << 4 | ip->flow_lbl[0] >> 4) >> 2;
}

/*
 * A packet whose length does not fit into 16 bits has 0 in its header, and ends
 * with the frame. All longer lengths count as 65535.
 */
static __always_inline __u32 tg_length_at_most(__u32 length)
{
	return length < TG_LENGTH_MAX ? length : TG_LENGTH_MAX;
}

static __always_inline __u32 tg_length(const struct tg_policy_packet *packet,
				       enum tg_policy_family_id family)
{
	const struct tg_headers *headers = packet->headers;
	const struct ipv6hdr *ip6 = headers->ip6;
	__u32 rest, said;

	if (family == TG_FAMILY_IP4) {
		said = bpf_ntohs(headers->ip4->tot_len);
		rest = packet->size -
		       ((void *)headers->ip4 - (void *)headers->eth);
		return said ? said : tg_length_at_most(rest);
	}
	said = bpf_ntohs(ip6->payload_len);
	rest = packet->size - ((void *)ip6 - (void *)headers->eth);
	if (!said && (ip6->nexthdr == TG_NEXT_HOPOPTS ||
		      rest - sizeof(*ip6) > TG_LENGTH_MAX))
		return tg_length_at_most(rest);
	return tg_length_at_most(said + sizeof(*ip6));
}

static __always_inline __u32 tg_vlan_tci(const struct tg_headers *headers,
					 int n, __u32 mask, __u32 shift,
					 __u32 absent)
{
	if (headers->vlans <= n)
		return absent;
	return headers->vlan_tci[n] >> shift & mask;
}

/* The value of a DIRECT or PAGED field. */
static __always_inline __u32 tg_value(const struct tg_policy_packet *packet,
				      enum tg_policy_family_id family,
				      enum tg_dimension dimension)
{
	const struct tg_headers *headers = packet->headers;

	switch (dimension) {
	case TG_DIM_PROTOCOL:
		return headers->protocol;
	case TG_DIM_TO_PORT:
		return tg_has_ports(headers) ? headers->dport
					     : TG_VALUES_TO_PORT;
	case TG_DIM_FROM_PORT:
		return tg_has_ports(headers) ? headers->sport
					     : TG_VALUES_FROM_PORT;
	case TG_DIM_TCP_FLAGS:
		return headers->transport == TG_L4_TCP ? headers->tcp_flags
						       : TG_VALUES_TCP_FLAGS;
	case TG_DIM_ICMP_TYPE:
		return tg_has_icmp(headers) ? headers->icmp_type
					    : TG_VALUES_ICMP_TYPE;
	case TG_DIM_ICMP_CODE:
		return tg_has_icmp(headers) ? headers->icmp_code
					    : TG_VALUES_ICMP_CODE;
	case TG_DIM_FRAGMENT:
		return headers->fragment;
	case TG_DIM_EXTENSIONS:
		return headers->extensions;
	case TG_DIM_TTL:
		return family == TG_FAMILY_IP4 ? headers->ip4->ttl
					       : headers->ip6->hop_limit;
	case TG_DIM_DSCP:
		return tg_dscp(headers, family);
	case TG_DIM_LENGTH:
		return tg_length(packet, family);
	case TG_DIM_VLANS:
		return headers->vlans;
	case TG_DIM_VLAN:
		return tg_vlan_tci(headers, 0, TG_VLAN_ID_MASK, 0,
				   TG_VALUES_VLAN);
	case TG_DIM_VLAN_PRIORITY:
		return tg_vlan_tci(headers, 0, 7, TG_VLAN_PRIORITY_SHIFT,
				   TG_VALUES_VLAN_PRIORITY);
	case TG_DIM_INNER_VLAN:
		return tg_vlan_tci(headers, 1, TG_VLAN_ID_MASK, 0,
				   TG_VALUES_INNER_VLAN);
	case TG_DIM_INNER_PRIORITY:
		return tg_vlan_tci(headers, 1, 7, TG_VLAN_PRIORITY_SHIFT,
				   TG_VALUES_INNER_PRIORITY);
	case TG_DIM_ETHERTYPE:
		return headers->ethertype;
	case TG_DIM_ARP_OPERATION:
		return headers->network == TG_NET_ARP ? headers->arp_operation
						      : TG_VALUES_ARP_OPERATION;
	default:
		return 0;
	}
}

/* Big endian, in one load each; packets are aligned to 2 bytes only. */
static __always_inline __u64 tg_big_endian64(const void *bytes)
{
	const __be32 *words = bytes;

	return (__u64)bpf_ntohl(words[0]) << 32 | bpf_ntohl(words[1]);
}

static __always_inline struct tg_wide_key
tg_address6(const struct in6_addr *address)
{
	struct tg_wide_key key = {
		.high = tg_big_endian64(address),
		.low = tg_big_endian64((const char *)address + 8),
		.bits = 128,
	};

	return key;
}

static __always_inline struct tg_wide_key tg_mac(const __u8 *mac)
{
	const __be16 *words = (const __be16 *)mac;
	struct tg_wide_key key = {
		.high = (__u64)bpf_ntohs(words[0]) << 32 |
			(__u64)bpf_ntohs(words[1]) << 16 | bpf_ntohs(words[2]),
		.bits = 48,
	};

	return key;
}

#endif
