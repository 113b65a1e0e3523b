/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a packet says about its two ends: the values that live facts are looked
 * up by.
 */
#ifndef TG_PACKET_ENDS_H
#define TG_PACKET_ENDS_H

#include <bpf/bpf_endian.h>

#include "headers.h"
#include "policy_dimension.h"
#include "policy_set.h"

/* As in the keys of sets and flows: addresses in host byte order, an IPv4
 * address in the first word, a MAC in the upper 48 bits. */
struct tg_end {
	__u32 address[4];
	__u32 mac[2];
	__u16 port;
	__u8 protocol;
	__u8 family; /* enum tg_policy_family_id: OTHER has no address */
	__u8 has_port;
	__u8 unused[3];
} __attribute__((aligned(8)));

_Static_assert(sizeof(struct tg_end) == 32, "no byte is undefined");

/* What of an end is read. */
enum tg_end_part {
	TG_END_ADDRESS = 1 << 0,
	TG_END_MAC = 1 << 1,
	TG_END_PORT = 1 << 2,
	/* rules ask which sets it is in */
	TG_END_SETS = 1 << 3,
};

#define TG_END_ALL (TG_END_ADDRESS | TG_END_MAC | TG_END_PORT)

static __always_inline int tg_has_ports(const struct tg_headers *headers)
{
	return headers->transport == TG_L4_TCP ||
	       headers->transport == TG_L4_UDP ||
	       headers->transport == TG_L4_SCTP;
}

static __always_inline __u64 tg_mac(const __u8 *mac)
{
	const __be16 *words = (const __be16 *)mac;

	return (__u64)bpf_ntohs(words[0]) << 32 |
	       (__u64)bpf_ntohs(words[1]) << 16 | bpf_ntohs(words[2]);
}

/*
 * Two words as one store. What is written in two stores and then read as one
 * word waits for the first level cache.
 */
typedef __u64 __attribute__((__may_alias__)) tg_two_words;

static __always_inline void tg_store_two(__u32 *words, __u32 first,
					 __u32 second)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	*(tg_two_words *)words = (__u64)second << 32 | first;
#else
	*(tg_two_words *)words = (__u64)first << 32 | second;
#endif
}

static __always_inline void tg_read_address(struct tg_end *end,
					    const struct tg_headers *headers,
					    enum tg_side side)
{
	const struct iphdr *ip4 = headers->ip4;
	const struct ipv6hdr *ip6 = headers->ip6;
	const struct in6_addr *address;

	if (end->family == TG_FAMILY_IP4) {
		tg_store_two(
			end->address,
			bpf_ntohl(side == TG_SIDE_TO ? ip4->daddr : ip4->saddr),
			0);
	} else if (end->family == TG_FAMILY_IP6) {
		address = side == TG_SIDE_TO ? &ip6->daddr : &ip6->saddr;
		for (int i = 0; i < 4; i += 2)
			tg_store_two(
				end->address + i,
				bpf_ntohl(address->in6_u.u6_addr32[i]),
				bpf_ntohl(address->in6_u.u6_addr32[i + 1]));
	}
}

static __always_inline void tg_read_mac(struct tg_end *end,
					const struct tg_headers *headers,
					enum tg_side side)
{
	const struct ethhdr *eth = headers->eth;
	__u64 mac = tg_mac(side == TG_SIDE_TO ? eth->h_dest : eth->h_source);

	end->mac[0] = mac >> 16;
	end->mac[1] = mac << 16;
}

/* The parts are a constant. */
static __always_inline void tg_read_end(struct tg_end *end,
					const struct tg_headers *headers,
					enum tg_policy_family_id family,
					enum tg_side side, __u32 parts)
{
	*end = (struct tg_end){ .family = family };
	if (parts & TG_END_ADDRESS)
		tg_read_address(end, headers, side);
	if (parts & TG_END_MAC)
		tg_read_mac(end, headers, side);
	if (parts & TG_END_PORT) {
		end->port =
			side == TG_SIDE_TO ? headers->dport : headers->sport;
		end->protocol = headers->protocol;
		end->has_port = tg_has_ports(headers);
	}
}

#endif
