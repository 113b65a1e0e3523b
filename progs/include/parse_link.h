/* SPDX-License-Identifier: GPL-2.0-only */
/* Ethernet, and up to two VLAN tags: in the packet, or one in skb metadata. */
#ifndef TG_PARSE_LINK_H
#define TG_PARSE_LINK_H

#include <bpf/bpf_endian.h>

#include "cursor.h"
#include "headers.h"

struct tg_vlan_tag {
	__be16 tci;
	__be16 ethertype;
};

static __always_inline int tg_is_vlan(__u16 ethertype)
{
	return ethertype == ETH_P_8021Q || ethertype == ETH_P_8021AD;
}

/*
 * Parse the n-th tag, counted from the outermost. The merge gives it a pointer
 * of its own: otherwise its bounds check tells the verifier more about all
 * pointers from the start, and it explores what follows once for each number of
 * tags.
 */
static __always_inline int tg_parse_tag(struct tg_cursor *cur,
					struct tg_headers *headers, int n)
{
	struct tg_vlan_tag *tag;
	int error;

	tg_merge_paths(cur);
	tag = cur->pos;
	error = tg_pull(cur, sizeof(*tag));
	if (error)
		return error;
	headers->vlan_tci[n] = bpf_ntohs(tag->tci);
	headers->ethertype = bpf_ntohs(tag->ethertype);
	headers->vlans = n + 1;
	return TG_PARSED;
}

/*
 * A tag in the skb's metadata was the outermost one on the wire: the caller has
 * put it into headers->vlan_tci[0].
 */
static __always_inline int tg_parse_link(struct tg_cursor *cur,
					 struct tg_headers *headers)
{
	struct ethhdr *eth = cur->pos;
	int error = tg_pull(cur, sizeof(*eth));

	if (error)
		return error;
	headers->eth = eth;
	headers->ethertype = bpf_ntohs(eth->h_proto);

	if (headers->vlans == 0 && tg_is_vlan(headers->ethertype)) {
		error = tg_parse_tag(cur, headers, 0);
		if (error)
			return error;
	}
	if (headers->vlans == 1 && tg_is_vlan(headers->ethertype))
		return tg_parse_tag(cur, headers, 1);
	return TG_PARSED;
}

#endif
