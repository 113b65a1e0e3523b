/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reject: drop the packet and send a reply to its sender. A packet that must
 * not be answered, or for which no reply can be made, is dropped; the three
 * cases have different counters.
 */
#ifndef TG_POLICY_REJECT_H
#define TG_POLICY_REJECT_H

#include "log_write.h"
#include "policy_reset.h"
#include "policy_unreachable.h"
#include "verdict.h"

static __always_inline int tg_answer(struct tg_packet *pkt, __u32 found,
				     __u8 reject, __u32 used)
{
	struct tg_asker asker = { .found = found };
	int is_tcp = TG_FOUND_TRANSPORT(found) == TG_L4_TCP, error;

	error = tg_ask(pkt, &asker);
	if (error)
		return error;
	if (reject == TG_ACT_REJECT_RESET ||
	    (reject == TG_ACT_REJECT_AUTO && is_tcp)) {
		if (!(used & TG_USES_RESET) || !is_tcp)
			return TG_UNANSWERABLE;
		return tg_reset(pkt, &asker);
	}
	if (!(used & TG_USES_UNREACHABLE))
		return TG_UNANSWERABLE;
	return tg_unreachable(pkt, &asker, reject);
}

/*
 * Global functions, which the verifier checks once, with any arguments, and not
 * again for each path that leads to a call.
 */
__noinline int tg_answer_xdp(struct xdp_md *ctx, __u32 found, __u32 reject,
			     __u32 used)
{
	/* Of data and data_end, clang would subtract halves. */
	struct tg_packet pkt = {
		.ctx = ctx,
		.hook = TG_HOOK_XDP,
		.size = bpf_xdp_get_buff_len(ctx),
	};

	return tg_answer(&pkt, found, reject, used);
}

/* On egress as well: to make the answer is the same on both hooks of tc. */
__noinline int tg_answer_skb(struct __sk_buff *skb, __u32 found, __u32 reject,
			     __u32 used)
{
	struct tg_packet pkt = tg_packet_skb(skb, TG_HOOK_INGRESS);

	return tg_answer(&pkt, found, reject, used);
}

static __always_inline int tg_reject_without_answer(struct tg_packet *pkt,
						    enum tg_reason reason)
{
	tg_settle_log(pkt, TG_VERDICT_DROP, reason);
	return tg_drop(pkt, reason);
}

static __always_inline int tg_reject_with(struct tg_packet *pkt, __u32 found,
					  __u8 reject, enum tg_reason reason,
					  __u32 used)
{
	int error;

	/* tg_answer_*() overwrite the packet with the answer. */
	tg_watch_verdict(pkt, TG_VERDICT_REJECT, reason);
	if (pkt->hook == TG_HOOK_XDP)
		error = tg_answer_xdp(pkt->ctx, found, reject, used);
	else
		error = tg_answer_skb(pkt->ctx, found, reject, used);
	if (error)
		return tg_reject_without_answer(
			pkt, error == TG_UNANSWERABLE ? TG_REASON_UNANSWERED
						      : TG_REASON_REPLY_FAILED);
	tg_settle_log(pkt, TG_VERDICT_REJECT, reason);
	pkt->is_told = 1;
	return tg_reject(pkt, reason);
}

#endif
