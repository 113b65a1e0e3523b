/* SPDX-License-Identifier: GPL-2.0-only */
/* ARP, IPv4 with options, IPv6 with extension headers, and fragments. */
#ifndef TG_PARSE_NETWORK_H
#define TG_PARSE_NETWORK_H

#include <bpf/bpf_endian.h>
#include <linux/in.h>

#include "cursor.h"
#include "headers.h"

/* RFC 8200 lists seven in its recommended order; more than eight are malformed.
 */
#define TG_IPV6_EXTENSIONS_MAX 8

/* The headers with IPPROTO_HOPOPTS and the like clash with linux/ipv6.h. */
enum tg_next_header {
	TG_NEXT_HOPOPTS = 0,
	TG_NEXT_ROUTING = 43,
	TG_NEXT_FRAGMENT = 44,
	TG_NEXT_AUTH = 51,
	TG_NEXT_DSTOPTS = 60,
};

#define TG_IPV4_MORE_FRAGMENTS 0x2000
#define TG_IPV4_OFFSET_MASK 0x1fff
#define TG_IPV6_MORE_FRAGMENTS 0x0001
#define TG_IPV6_OFFSET_MASK 0xfff8

/* A longer packet does not fit into 16 bits, and has a length of 0. */
#define TG_LENGTH_MAX 0xffff

struct tg_ipv6_extension {
	__u8 next;
	__u8 length;
	__be16 fragment; /* only in the fragment header */
	__be32 rest;
};

static __always_inline int tg_parse_arp(struct tg_cursor *cur,
					struct tg_headers *headers)
{
	struct tg_arp_fixed *fixed = cur->pos;
	int error = tg_pull(cur, sizeof(*fixed));

	if (error)
		return error;
	headers->arp_operation = bpf_ntohs(fixed->operation);
	if (fixed->hardware != bpf_htons(TG_ARP_ETHERNET) ||
	    fixed->protocol != bpf_htons(ETH_P_IP))
		return TG_PARSED;
	if (fixed->hardware_size != ETH_ALEN ||
	    fixed->protocol_size != sizeof(__be32))
		return TG_ERR_MALFORMED;
	error = tg_pull(cur, sizeof(*headers->arp) - sizeof(*fixed));
	if (error)
		return error;
	headers->arp = (struct tg_arp *)fixed;
	return TG_PARSED;
}

/* A program that tracks flows notes the id of a fragment. */
#ifdef TG_WITH_FLOWS
static __always_inline void tg_note_fragment(__be32 id);
#else
#define tg_note_fragment(id) ((void)(id))
#endif

static __always_inline int tg_parse_ipv4(struct tg_cursor *cur,
					 struct tg_headers *headers)
{
	struct iphdr *ip = cur->pos;
	int error = tg_pull(cur, sizeof(*ip));
	__u32 header_size, total_size;
	__u16 frag_off;

	if (error)
		return error;
	if (ip->version != 4 || ip->ihl < 5)
		return TG_ERR_MALFORMED;
	header_size = ip->ihl * 4;
	total_size = bpf_ntohs(ip->tot_len);

	if (total_size != 0 || cur->left + sizeof(*ip) <= TG_LENGTH_MAX) {
		if (total_size < header_size)
			return TG_ERR_MALFORMED;
		if (tg_limit(cur, total_size - sizeof(*ip)) < 0)
			return TG_ERR_MALFORMED;
	}
	if (header_size > sizeof(*ip)) {
		headers->extensions |= TG_EXT_IPV4_OPTIONS;
		if (tg_skip(cur, header_size - sizeof(*ip)) < 0)
			return TG_ERR_MALFORMED;
	}

	frag_off = bpf_ntohs(ip->frag_off);
	if (frag_off & TG_IPV4_OFFSET_MASK)
		headers->fragment = TG_FRAG_LATER;
	else if (frag_off & TG_IPV4_MORE_FRAGMENTS)
		headers->fragment = TG_FRAG_FIRST;
	if (headers->fragment)
		tg_note_fragment(ip->id);
	headers->protocol = ip->protocol;
	headers->ip4 = ip;
	return TG_PARSED;
}

/*
 * (length & mask) << shift bytes follow the first eight bytes of an extension
 * header. A table in place of branches leaves the verifier one path per header
 * instead of five: five paths for each of eight headers exceed its limit.
 */
struct tg_extension_kind {
	__u8 bit; /* of enum tg_extension; 0 if it is not an extension */
	__u8 mask;
	__u8 shift;
	__u8 is_fragment;
} __attribute__((aligned(4))); /* one load */

static const struct tg_extension_kind tg_extension_kinds[256] = {
	[TG_NEXT_HOPOPTS] = { TG_EXT_HOPOPTS, 0xff, 3, 0 },
	[TG_NEXT_ROUTING] = { TG_EXT_ROUTING, 0xff, 3, 0 },
	[TG_NEXT_DSTOPTS] = { TG_EXT_DSTOPTS, 0xff, 3, 0 },
	[TG_NEXT_FRAGMENT] = { TG_EXT_FRAGMENT, 0, 0, 1 },
	[TG_NEXT_AUTH] = { TG_EXT_AUTH, 0xff, 2, 0 },
};

#define TG_EXTENSION_SHIFT_MASK 3
#define TG_EXTENSION_REST_MASK (0xff << TG_EXTENSION_SHIFT_MASK | 7)

/*
 * Step over the extension header of type headers->protocol. The offset and the
 * flags of a fragment header are stored in *fragment, and its id in *id.
 */
static __always_inline int tg_parse_extension(struct tg_cursor *cur,
					      struct tg_headers *headers,
					      struct tg_extension_kind kind,
					      __u32 *fragment, __be32 *id)
{
	struct tg_ipv6_extension *ext = cur->pos;
	int error = tg_pull(cur, sizeof(*ext));
	__u32 rest, mask;

	if (error)
		return error;
	rest = (ext->length & kind.mask)
	       << (kind.shift & TG_EXTENSION_SHIFT_MASK);
	tg_barrier_var(rest);
	rest &= TG_EXTENSION_REST_MASK;

	mask = -(__u32)kind.is_fragment;
	tg_barrier_var(mask);
	*fragment |= ext->fragment & mask;
	*id |= ext->rest & mask;

	headers->extensions |= kind.bit;
	headers->protocol = ext->next;
	return tg_skip(cur, rest);
}

/* Extension headers, up to the fragment header of a later fragment. */
static __always_inline int tg_parse_extensions(struct tg_cursor *cur,
					       struct tg_headers *headers)
{
	__u32 fragment = 0;
	__be32 id = 0;
	int error;

#pragma clang loop unroll(disable)
	for (int i = 0; i <= TG_IPV6_EXTENSIONS_MAX; i++) {
		struct tg_extension_kind kind =
			tg_extension_kinds[headers->protocol];

		if (!kind.bit) {
			if (fragment & bpf_htons(TG_IPV6_MORE_FRAGMENTS)) {
				headers->fragment = TG_FRAG_FIRST;
				tg_note_fragment(id);
			}
			return TG_PARSED;
		}
		error = tg_parse_extension(cur, headers, kind, &fragment, &id);
		if (error)
			return error;
		if (i < TG_IPV6_EXTENSIONS_MAX &&
		    fragment & bpf_htons(TG_IPV6_OFFSET_MASK)) {
			headers->fragment = TG_FRAG_LATER;
			tg_note_fragment(id);
			return TG_PARSED;
		}
	}
	return TG_ERR_MALFORMED;
}

static __always_inline int tg_parse_ipv6(struct tg_cursor *cur,
					 struct tg_headers *headers)
{
	struct ipv6hdr *ip = cur->pos;
	int error = tg_pull(cur, sizeof(*ip));
	__u32 payload_size;

	if (error)
		return error;
	if (ip->version != 6)
		return TG_ERR_MALFORMED;
	payload_size = bpf_ntohs(ip->payload_len);
	headers->protocol = ip->nexthdr;
	headers->ip6 = ip;

	/* Like the kernel: a length of 0 before hop-by-hop options is a
	 * jumbogram's. */
	if (payload_size != 0 || (headers->protocol != TG_NEXT_HOPOPTS &&
				  cur->left <= TG_LENGTH_MAX)) {
		if (tg_limit(cur, payload_size) < 0)
			return TG_ERR_MALFORMED;
	}
	return tg_parse_extensions(cur, headers);
}

static __always_inline int tg_parse_network(struct tg_cursor *cur,
					    struct tg_headers *headers)
{
	switch (headers->ethertype) {
	case ETH_P_ARP:
		headers->network = TG_NET_ARP;
		return tg_parse_arp(cur, headers);
	case ETH_P_IP:
		headers->network = TG_NET_IPV4;
		return tg_parse_ipv4(cur, headers);
	case ETH_P_IPV6:
		headers->network = TG_NET_IPV6;
		return tg_parse_ipv6(cur, headers);
	default:
		return TG_PARSED;
	}
}

#endif
