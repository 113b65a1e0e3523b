/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read the fields of a packet. A field that the packet lacks reads as its
 * largest value plus one.
 */
#ifndef TG_POLICY_VALUE_H
#define TG_POLICY_VALUE_H

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>

#include "headers.h"
#include "packet_ends.h"
#include "parse.h"
#include "policy_dimension.h"

struct tg_policy_packet {
	const struct tg_headers *headers;
	const struct __sk_buff *skb;
	int has_skb; /* not on XDP; clang cannot fold a test of skb itself */
	__u32 size;  /* the whole frame */
	const __u8 *live; /* the value of each LIVE field: not in programs */
};

#define TG_VLAN_ID_MASK 0xfff
#define TG_VLAN_PRIORITY_SHIFT 13

static __always_inline __u32 tg_ttl(const struct tg_headers *headers,
				    enum tg_policy_family_id family)
{
	return family == TG_FAMILY_IP4 ? headers->ip4->ttl
				       : headers->ip6->hop_limit;
}

/* DSCP and ECN. The traffic class of IPv6 is in two bytes. */
static __always_inline __u32 tg_traffic_class(const struct tg_headers *headers,
					      enum tg_policy_family_id family)
{
	const struct ipv6hdr *ip = headers->ip6;

	if (family == TG_FAMILY_IP4)
		return headers->ip4->tos;
	return ip->priority << 4 | ip->flow_lbl[0] >> 4;
}

/*
 * A packet whose length does not fit into 16 bits has 0 in its header, and ends
 * with the frame. All longer lengths count as 65535.
 */
static __always_inline __u32 tg_length_at_most(__u32 length)
{
	return length < TG_LENGTH_MAX ? length : TG_LENGTH_MAX;
}

/* Bytes of the frame from here on. */
static __always_inline __u32 tg_rest(const struct tg_policy_packet *packet,
				     const void *here)
{
	__u64 before = here - (const void *)packet->headers->eth;

	tg_barrier_var(before); /* or clang adds to the halves of pointers */
	return packet->size - before;
}

static __always_inline __u32 tg_length(const struct tg_policy_packet *packet,
				       enum tg_policy_family_id family)
{
	const struct tg_headers *headers = packet->headers;
	const struct ipv6hdr *ip6 = headers->ip6;
	__u32 rest, said;

	if (family == TG_FAMILY_IP4) {
		said = bpf_ntohs(headers->ip4->tot_len);
		rest = tg_rest(packet, headers->ip4);
		return said ? said : tg_length_at_most(rest);
	}
	said = bpf_ntohs(ip6->payload_len);
	rest = tg_rest(packet, ip6);
	if (!said && (ip6->nexthdr == TG_NEXT_HOPOPTS ||
		      rest - sizeof(*ip6) > TG_LENGTH_MAX))
		return tg_length_at_most(rest);
	return tg_length_at_most(said + sizeof(*ip6));
}

static __always_inline __u32 tg_vlan_id(const struct tg_headers *headers, int n)
{
	return headers->vlan_tci[n] & TG_VLAN_ID_MASK;
}

static __always_inline __u32 tg_vlan_priority(const struct tg_headers *headers,
					      int n)
{
	return headers->vlan_tci[n] >> TG_VLAN_PRIORITY_SHIFT;
}

/*
 * The values of LIVE fields, or NULL. Programs look them up in the room again:
 * a pointer to them would take stack during all of the lookup.
 */
#ifdef TG_LIVE
static __always_inline const __u8 *
tg_live_facts(const struct tg_policy_packet *packet);
#else
static __always_inline const __u8 *
tg_live_facts(const struct tg_policy_packet *packet)
{
	return packet->live;
}
#endif

static __always_inline __u32 tg_live_fact(const struct tg_policy_packet *packet,
					  __u32 dimension)
{
	const __u8 *facts = tg_live_facts(packet);

	return facts ? facts[dimension - TG_LIVE_FIRST] : 0;
}

/* The sets that an end is in: each field has eight of them. */
static __always_inline void tg_store_sets(__u8 facts[TG_LIVE_FACTS],
					  enum tg_side side, __u32 sets)
{
#pragma clang loop unroll(full)
	for (int i = 0; i < TG_SETS; i += TG_SETS_IN_FIELD)
		facts[TG_SETS_FIELD(side, i) - TG_LIVE_FIRST] = sets >> i;
}

static __always_inline int tg_has(const struct tg_policy_packet *packet,
				  enum tg_presence presence)
{
	const struct tg_headers *headers = packet->headers;

	switch (presence) {
	case TG_HAS_ALWAYS:
		return 1;
	case TG_HAS_PORTS:
		return tg_has_ports(headers);
	case TG_HAS_TCP:
		return headers->transport == TG_L4_TCP;
	case TG_HAS_ICMP:
		return headers->transport == TG_L4_ICMP ||
		       headers->transport == TG_L4_ICMPV6;
	case TG_HAS_TAG:
		return headers->vlans >= 1;
	case TG_HAS_TWO_TAGS:
		return headers->vlans >= 2;
	case TG_HAS_ARP:
		return headers->network == TG_NET_ARP;
	case TG_HAS_SKB:
		return packet->has_skb;
	}
	return 0;
}

/* The value of a field that packets of this family can have. */
static __always_inline __u64 tg_value(const struct tg_policy_packet *packet,
				      enum tg_policy_family_id family,
				      enum tg_dimension dimension)
{
	const struct tg_headers *headers = packet->headers;

	switch (dimension) {
#define TG_VALUE(name, kind, bits, families, presence, value) \
	case TG_DIM_##name:                                   \
		return tg_has(packet, TG_HAS_##presence)      \
			       ? (value)                      \
			       : 1ULL << (bits % 64);
		TG_DIMENSION_LIST(TG_VALUE)
#undef TG_VALUE
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

#endif
