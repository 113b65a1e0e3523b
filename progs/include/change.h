/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read and write a packet by offset, with one interface for all hooks.
 * Functions that change the packet invalidate the parser's pointers, but not
 * its numbers.
 */
#ifndef TG_CHANGE_H
#define TG_CHANGE_H

#include "packet.h"

static __always_inline int tg_load(struct tg_packet *pkt, __u32 at, void *to,
				   __u32 size)
{
	if (pkt->hook == TG_HOOK_XDP)
		return bpf_xdp_load_bytes(pkt->ctx, at, to, size);
	return bpf_skb_load_bytes(pkt->ctx, at, to, size);
}

static __always_inline int tg_store(struct tg_packet *pkt, __u32 at, void *from,
				    __u32 size)
{
	if (pkt->hook == TG_HOOK_XDP)
		return bpf_xdp_store_bytes(pkt->ctx, at, from, size);
	return bpf_skb_store_bytes(pkt->ctx, at, from, size,
				   BPF_F_RECOMPUTE_CSUM);
}

/* Trim the frame to `size` bytes. */
static __always_inline int tg_cut(struct tg_packet *pkt, __u32 size)
{
	__s32 surplus = pkt->size - size;

	if (pkt->hook == TG_HOOK_XDP)
		return bpf_xdp_adjust_tail(pkt->ctx, -surplus);
	return bpf_skb_change_tail(pkt->ctx, size, 0);
}

/* Add `size` bytes of undefined content in front of the frame. */
static __always_inline int tg_make_room(struct tg_packet *pkt, __u32 size)
{
	if (pkt->hook == TG_HOOK_XDP)
		return bpf_xdp_adjust_head(pkt->ctx, -(int)size);
	return bpf_skb_change_head(pkt->ctx, size, 0);
}

/*
 * The parser's results that changes and replies depend on, in one word.
 *
 * Each path through the parser ends with different numbers, and the verifier
 * would explore everything below once per path. So the numbers are packed
 * without a branch and turned into the difference of two pointers, of which the
 * verifier knows only that it has 28 bits.
 */
#define TG_FOUND_BITS 28
#define TG_FOUND_TAGS(found) (3 & (found)) /* in the packet */
#define TG_FOUND_NETWORK(found) ((found) >> 2 & 3)
#define TG_FOUND_TRANSPORT(found) ((found) >> 4 & 7)
#define TG_FOUND_FRAGMENT(found) ((found) >> 7 & 3)
#define TG_FOUND_TCP_RESET(found) ((found) >> 9 & 1)
#define TG_FOUND_ICMP_TYPE(found) ((found) >> 10 & 0xff)
#define TG_FOUND_EXTENSIONS(found) ((found) >> 18 & 0xff)

#define TG_TCP_RESET_SHIFT 2

/* The number of tags in the packet: one may be in the skb's metadata. */
static __always_inline __u32 tg_tags(struct tg_packet *pkt,
				     const struct tg_headers *headers)
{
	struct __sk_buff *skb = pkt->ctx;

	if (pkt->hook == TG_HOOK_XDP)
		return headers->vlans;
	return headers->vlans - skb->vlan_present;
}

static __always_inline __u32 tg_found(struct tg_packet *pkt,
				      const struct tg_headers *headers)
{
	struct tg_cursor cur = tg_cursor(pkt);
	__u64 found = tg_tags(pkt, headers);

	found |= headers->network << 2 | headers->transport << 4 |
		 headers->fragment << 7 |
		 (headers->tcp_flags >> TG_TCP_RESET_SHIFT & 1) << 9 |
		 headers->icmp_type << 10 | headers->extensions << 18;
	tg_barrier_var(found);
	cur.pos += found & ((1 << TG_FOUND_BITS) - 1);
	tg_barrier_var(cur.pos);
	found = cur.pos - cur.start;
	tg_barrier_var(found);
	return found;
}

/* Of the link header in the packet. */
static __always_inline __u32 tg_link_size(__u32 found)
{
	return sizeof(struct ethhdr) +
	       TG_FOUND_TAGS(found) * sizeof(struct tg_vlan_tag);
}

static __always_inline __u32 tg_device(struct tg_packet *pkt)
{
	if (pkt->hook == TG_HOOK_XDP)
		return ((struct xdp_md *)pkt->ctx)->ingress_ifindex;
	return ((struct __sk_buff *)pkt->ctx)->ifindex;
}

/* --- checksums: one's complement sums of 16 bits (RFC 1071) */

static __always_inline __u32 tg_sum(void *from, __u32 size, __u32 sum)
{
	return bpf_csum_diff(NULL, 0, from, size, sum);
}

static __always_inline __u16 tg_fold(__u64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

#endif
