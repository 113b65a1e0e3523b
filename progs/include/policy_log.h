/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `log` in a rule: writes an event with the first bytes of the packet into the
 * ring of the program, before the rule's act changes the packet.
 *
 * The includer provides what policy_load.h needs.
 */
#ifndef TG_POLICY_LOG_H
#define TG_POLICY_LOG_H

#include "log_write.h"
#include "policy_sent.h"
#include "verdict.h"

/* Nothing shorter is an Ethernet frame. */
#define TG_LOG_SIZE_MIN 14

static __always_inline void tg_log_count(__u32 hook, __u32 size, __u32 reason)
{
	struct tg_counter *counter = tg_counter(
		TG_COUNTER_INDEX(hook, (__u32)TG_VERDICT_NEXT, reason));

	if (counter) {
		counter->packets++;
		counter->bytes += size;
	}
}

/* What becomes of a packet that has this act. */
static __always_inline __u32 tg_log_verdict(const struct tg_act *act,
					    __u32 outcome, __u32 hook)
{
	if (TG_OUTCOME_KIND(outcome) == TG_OUTCOME_REFUSED)
		return TG_VERDICT_DROP;
	if (act->changes & TG_ACT_REDIRECT ||
	    (hook != TG_HOOK_XDP && act->changes & TG_ACT_REDIRECT_INGRESS))
		return TG_VERDICT_REDIRECT;
	return act->kind;
}

_Static_assert(TG_ACT_REJECT == (int)TG_VERDICT_REJECT, "kinds are verdicts");

static __always_inline __u32 tg_log_reason(__u32 outcome)
{
	if (TG_OUTCOME_KIND(outcome) == TG_OUTCOME_REFUSED)
		return TG_REASON_FLOW_FULL;
	return tg_policy_reason(outcome, constants()->used);
}

/* How many bytes of a frame are written. */
static __always_inline __u32 tg_log_captured(__u32 size)
{
	tg_barrier_var(size);
	return size > TG_LOG_SNAP ? TG_LOG_SNAP : size;
}

/* Whether the outcome's rule logs, and its limit has room for this event. */
static __always_inline const struct tg_act *
tg_log_wanted(__u32 hook, __u32 size, __u32 outcome)
{
	const struct tg_policy *policy = constants();
	const struct tg_act *act;

	if (!(policy->used & TG_ACT_LOG))
		return NULL;
	act = tg_policy_act_of(outcome);
	if (!act || !(act->changes & TG_ACT_LOG))
		return NULL;
	if (policy->log_price &&
	    !tg_may_send(TG_SENT_LOG(TG_OUTCOME_RULE(outcome)),
			 policy->log_price, policy->log_burst)) {
		tg_log_count(hook, size, TG_REASON_LOG_HELD);
		return NULL;
	}
	tg_log_count(hook, size, TG_REASON_LOGGED);
	return act;
}

static __always_inline void tg_log_describe(struct tg_log_slot *slot,
					    const struct tg_act *act,
					    __u32 hook, __u32 size,
					    __u32 outcome)
{
	slot->event = (struct tg_watch_event){
		.time = bpf_ktime_get_ns(),
		.rule = TG_OUTCOME_RULE(outcome),
		.size = size,
		.hook = hook,
		.verdict = tg_log_verdict(act, outcome, hook),
		.reason = tg_log_reason(outcome),
		.flow = tg_watched_flow(),
	};
}

/*
 * Readers wait for the event of a packet that is rejected until
 * tg_log_settle(): whether there is an answer is not known before.
 */
static __always_inline __u32 tg_log_end(struct tg_log_slot *slot, __u32 entry)
{
	if (slot->event.verdict == TG_VERDICT_REJECT)
		return entry;
	tg_log_finish(slot);
	return 0;
}

/*
 * Global functions, which the verifier checks once. They return the entry to
 * settle, or 0.
 */
__noinline int tg_log_xdp(struct xdp_md *xdp, __u32 size, __u32 outcome)
{
	const struct tg_act *act = tg_log_wanted(TG_HOOK_XDP, size, outcome);
	__u32 captured = tg_log_captured(size), entry;
	struct tg_log_slot *slot;

	if (!act)
		return 0;
	entry = tg_log_take();
	slot = entry ? tg_log_slot(entry) : NULL;
	if (!slot)
		return 0;
	tg_log_describe(slot, act, TG_HOOK_XDP, size, outcome);
	if (captured >= TG_LOG_SIZE_MIN &&
	    !bpf_xdp_load_bytes(xdp, 0, slot->bytes, captured))
		slot->event.captured = captured;
	return tg_log_end(slot, entry);
}

__noinline int tg_log_skb(struct __sk_buff *skb, __u32 hook, __u32 size,
			  __u32 outcome)
{
	const struct tg_act *act = tg_log_wanted(hook, size, outcome);
	__u32 captured = tg_log_captured(size), entry;
	struct tg_log_slot *slot;

	if (!act)
		return 0;
	entry = tg_log_take();
	slot = entry ? tg_log_slot(entry) : NULL;
	if (!slot)
		return 0;
	tg_log_describe(slot, act, hook, size, outcome);
	tg_watch_tag(skb, &slot->event);
	if (captured >= TG_LOG_SIZE_MIN &&
	    !bpf_skb_load_bytes(skb, 0, slot->bytes, captured))
		slot->event.captured = captured;
	return tg_log_end(slot, entry);
}

static __always_inline __u32 tg_policy_log(struct tg_packet *pkt, __u32 outcome)
{
	if (pkt->hook == TG_HOOK_XDP)
		return tg_log_xdp(pkt->ctx, pkt->size, outcome);
	return tg_log_skb(pkt->ctx, pkt->hook, pkt->size, outcome);
}

#endif
