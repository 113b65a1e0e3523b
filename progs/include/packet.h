/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One packet on one hook, with one interface for XDP and tc, so that a plugin
 * is written once. Everything is inlined, which makes the hook a constant.
 */
#ifndef TG_PACKET_H
#define TG_PACKET_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "hooks.h"
#include "parse.h"
#include "watch_event.h"

/* How much of an skb is pulled into the linear data if headers are not. */
#define TG_PULL_MAX 512

struct tg_packet {
	void *ctx; /* struct xdp_md or struct __sk_buff, by hook */
	enum tg_hook hook;
	__u32 size; /* the whole frame */

	/* for captures */
	__u32 rule;  /* of a policy, that decides, or TG_WATCH_NO_RULE */
	int is_told; /* its event was sent before it was changed */

	__u32 log; /* the entry of its event, which waits for the verdict */
};

static __always_inline struct tg_packet tg_packet_xdp(struct xdp_md *ctx)
{
	struct tg_packet pkt = {
		.ctx = ctx,
		.hook = TG_HOOK_XDP,
		.rule = TG_WATCH_NO_RULE,
	};

#ifdef TG_MULTI_BUFFER
	pkt.size = bpf_xdp_get_buff_len(ctx);
#else
	pkt.size = ctx->data_end - ctx->data;
#endif
	return pkt;
}

static __always_inline struct tg_packet tg_packet_skb(struct __sk_buff *skb,
						      enum tg_hook hook)
{
	struct tg_packet pkt = {
		.ctx = skb,
		.hook = hook,
		.size = skb->len,
		.rule = TG_WATCH_NO_RULE,
	};

	return pkt;
}

static __always_inline struct tg_cursor tg_cursor(struct tg_packet *pkt)
{
	struct tg_cursor cur = { .left = pkt->size };

	if (pkt->hook == TG_HOOK_XDP) {
		struct xdp_md *ctx = pkt->ctx;

		cur.start = (void *)(long)ctx->data;
		cur.end = (void *)(long)ctx->data_end;
	} else {
		struct __sk_buff *skb = pkt->ctx;

		cur.start = (void *)(long)skb->data;
		cur.end = (void *)(long)skb->data_end;
	}
	cur.pos = cur.start;
	return cur;
}

/*
 * Pull the headers of an skb into its linear data. XDP has no such helper;
 * there drivers put the headers into the first buffer.
 *
 * Read the size again, although it does not change. Each header that was found
 * split gave the verifier another lower bound of the size, and it would verify
 * the second parse once for each of them.
 */
static __always_inline int tg_linearize(struct tg_packet *pkt)
{
	__u32 size = pkt->size < TG_PULL_MAX ? pkt->size : TG_PULL_MAX;

	if (pkt->hook == TG_HOOK_XDP)
		return -1;
	if (bpf_skb_pull_data(pkt->ctx, size) < 0)
		return -1;
	pkt->size = ((struct __sk_buff *)pkt->ctx)->len;
	return 0;
}

/* Parse the linear data; TG_ERR_SPLIT if a header is beyond it. */
static __always_inline int tg_parse_at_hand(struct tg_packet *pkt,
					    struct tg_headers *headers,
					    enum tg_depth depth)
{
	struct tg_cursor cur = tg_cursor(pkt);

	*headers = (struct tg_headers){};
	if (pkt->hook != TG_HOOK_XDP) {
		struct __sk_buff *skb = pkt->ctx;

		if (skb->vlan_present) {
			headers->vlans = 1;
			headers->vlan_tci[0] = skb->vlan_tci;
		}
	}
	return tg_parse_headers(&cur, headers, depth);
}

/*
 * Fill headers down to the given depth. The first attempt reads the linear
 * data; only an skb with headers outside of it pays for the pull. The code is
 * there twice, without a loop: older verifiers take the second round for an
 * infinite loop when registers are spilled.
 */
static __always_inline int
tg_parse(struct tg_packet *pkt, struct tg_headers *headers, enum tg_depth depth)
{
	int error = tg_parse_at_hand(pkt, headers, depth);

	if (error != TG_ERR_SPLIT)
		return error;
	if (tg_linearize(pkt) < 0)
		return TG_ERR_MALFORMED;
	return tg_parse_at_hand(pkt, headers, depth);
}

#endif
