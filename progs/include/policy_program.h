/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of a policy program: the sections that the compiler replaces, the
 * lookup of a packet's outcome, and the execution of its act.
 * progs/policy.bpf.c adds the rule counters; the benchmark has two programs
 * that do not count.
 */
#ifndef TG_POLICY_PROGRAM_H
#define TG_POLICY_PROGRAM_H

#ifdef TG_LIVE
#define TG_WITH_FLOWS
#else
#define TG_WITH_LIVE_FACTS 0
#endif

#include "plugin.h"
#include "policy_table.h"

/* The compiler replaces the constants, ... */
enum { EMPTY_LEAF = 16, EMPTY_ACT = 24 };
#define EMPTY_FAMILY .root = EMPTY_LEAF, .leaves_end = EMPTY_ACT

const volatile struct tg_policy tg_policy SEC(".rodata.consts") = {
	.size = 64,
	.used = TG_USES_KIND(TG_ACT_NEXT),
	.acts = EMPTY_ACT,
	.version = TG_POLICY_VERSION,
	.family = { { EMPTY_FAMILY }, { EMPTY_FAMILY }, { EMPTY_FAMILY } },
};

/* ... the tables, ... */
const volatile __u32 tg_tables[16] SEC(".rodata.policy") = {
	[EMPTY_LEAF / 4] = EMPTY_LEAF,
};

/* ... the text of the rules, which only tools read, ... */
const char tg_rules[1] SEC(".rodata.rules") = "";

/*
 * ... and the number of counter blocks. No other __uint() of the object may
 * have this value, since clang would make one type of both; a small one, since
 * the object is loaded as built as well.
 */
#define BLOCKS 5

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BLOCKS);
	__type(key, __u32);
	__type(value, struct tg_rule_block);
} tgp_rules SEC(".maps");

/*
 * The values above are replaced after the build, so clang must not fold them:
 * the asm hides the origin of the pointer. It is not volatile, so clang may
 * reuse the pointer and what was read through it. The verifier still sees
 * constants.
 */
static __always_inline const struct tg_policy *constants(void)
{
	const struct tg_policy *policy;

	asm("" : "=r"(policy) : "0"(&tg_policy));
	return policy;
}

#define tg_table_start() ((const volatile char *)tg_tables)
#define tg_table_size() (constants()->size)

#include "policy_action.h"
#include "policy_lookup.h"
#include "policy_sent.h"

/* NULL: the tables have no such act. */
static __always_inline const struct tg_act *tg_policy_act_of(__u32 outcome)
{
	__u64 act = TG_OUTCOME_ACT(outcome);

	if (constants()->rule_acts && act == TG_ACT_OF_RULE)
		act = tg_load32(constants()->rule_acts +
				sizeof(__u32) * TG_OUTCOME_RULE(outcome));
	act = constants()->acts + act * sizeof(struct tg_act);
	tg_barrier_var(act);
	if (act > tg_table_size() - sizeof(struct tg_act))
		return NULL;
	return (const struct tg_act *)(tg_table_start() + act);
}

/* The outcome of a packet that is dropped, as its flow could not be kept. */
#define TG_OUTCOME_REFUSED 7 /* no kind of act */

#ifdef TG_LIVE
#include "policy_live.h"
#include "policy_set_changes.h"

/* Keep the packet's flow. Returns whether it is dropped, as there is no room.
 */
static __always_inline int tg_policy_keep(struct tg_packet *pkt,
					  const struct tg_act *act)
{
	struct tg_live_room *room = tg_live_room();

	if (!room || !tg_flow_keep_all(&room->flow))
		return 0;
	if (act->changes & TG_ACT_KEEP_ELSE_DROP)
		return 1;
	tg_count(pkt, TG_VERDICT_NEXT, TG_REASON_FLOW_FULL);
	return 0;
}

/* The outcome of a packet whose rule has a limit: one of two. */
static __always_inline __u32 tg_policy_limit(struct tg_packet *pkt,
					     __u32 outcome)
{
	const struct tg_act *act = tg_policy_act_of(outcome);
	__u64 decided;

	if (!act || !(act->changes & TG_ACT_LIMIT))
		return outcome;
	/* tools read the room of a twin, which is frozen */
	if (!tg_limits_constants()->is_frozen) {
		decided = tg_limit_total(act->limit, pkt->size, pkt->hook);
		if (decided)
			return decided;
	}
	decided = tg_limit_packet(tg_live_room(), act->limit, pkt->size,
				  pkt->hook);
	if (decided & TG_LIMIT_WAS_FULL)
		tg_count(pkt, TG_VERDICT_NEXT, TG_REASON_LIMIT_FULL);
	return decided;
}

static __always_inline enum tg_reason tg_policy_reason(__u32 outcome,
						       __u32 used)
{
	if (used & TG_ACT_LIMIT &&
	    TG_OUTCOME_RULE(outcome) >= tg_limits_constants()->first_over)
		return TG_REASON_OVER_LIMIT;
	return TG_REASON_RULE;
}

/* The limit comes first: what is over may keep no flow, and change no set. */
static __always_inline __u32 tg_policy_change_live(struct tg_packet *pkt,
						   __u32 outcome)
{
	const struct tg_act *act;

	if (constants()->used & TG_ACT_LIMIT)
		outcome = tg_policy_limit(pkt, outcome);
	if (!tg_changes_sets(constants()) && !tg_keeps_flows(constants()))
		return outcome;
	act = tg_policy_act_of(outcome);
	if (!act)
		return outcome;
	if (tg_keeps_flows(constants()) && act->changes & TG_ACT_KEEP &&
	    tg_policy_keep(pkt, act))
		return outcome | TG_OUTCOME_REFUSED;
	if (tg_changes_sets(constants()) && act->changes & TG_ACT_CHANGE_SETS &&
	    tg_make_set_changes(constants(), act))
		tg_count(pkt, TG_VERDICT_NEXT, TG_REASON_SET_FULL);
	return outcome;
}
#else
#define TG_NOT_DECIDED 0
#define tg_look_up_live(policy, pkt, packet) TG_NOT_DECIDED
#define tg_policy_change_live(pkt, outcome) (outcome)
#define tg_policy_reason(outcome, used) TG_REASON_RULE
#define tg_forget_flow()

#endif

#include "policy_log.h"

static __always_inline __u32 tg_policy_look_up(struct tg_packet *pkt,
					       const struct tg_headers *headers)
{
	struct tg_policy_packet packet = {
		.headers = headers,
		.skb = pkt->ctx,
		.has_skb = pkt->hook != TG_HOOK_XDP,
		.size = pkt->size,
	};
	__u32 outcome;

	outcome = tg_look_up_live(constants(), pkt, &packet);
	if (outcome == TG_NOT_DECIDED)
		outcome = tg_policy_find(constants(), &packet);
	return tg_policy_change_live(pkt, outcome);
}

/*
 * Hides the parser's results from the verifier; otherwise it explores
 * everything below once per path through the parser.
 */
static __always_inline void tg_merge_parse_states(struct tg_headers *headers)
{
	__u32 ways = tg_hide_u24(headers->transport | headers->fragment << 3 |
				 headers->vlans << 5 | headers->protocol << 7 |
				 headers->extensions << 15);

	headers->transport = ways & 7;
	headers->fragment = ways >> 3 & 3;
	headers->vlans = ways >> 5 & 3;
	headers->protocol = ways >> 7 & 0xff;
	headers->extensions = ways >> 15 & 0xff;
}

static __always_inline struct tg_rule_block *tg_policy_block(__u32 rule)
{
	__u32 number = rule / TG_RULES_IN_BLOCK;

	return bpf_map_lookup_elem(&tgp_rules, &number);
}

static __always_inline int tg_policy_act(struct tg_packet *pkt, __u32 outcome,
					 __u32 found, __u32 used)
{
	enum tg_reason reason = tg_policy_reason(outcome, used);
	const struct tg_act *act;

	if (used & TG_ACT_LOG)
		pkt->log = tg_policy_log(pkt, outcome);
	if (TG_WITH_LIVE_FACTS && used & TG_ACT_KEEP_ELSE_DROP &&
	    TG_OUTCOME_KIND(outcome) == TG_OUTCOME_REFUSED)
		return tg_drop(pkt, TG_REASON_FLOW_FULL);
	if (!(used & ~(TG_USES_SIMPLE | TG_USES_STATE)))
		return tg_act_simply(pkt, TG_OUTCOME_KIND(outcome), reason,
				     used);
	act = tg_policy_act_of(outcome);
	if (!act)
		return tg_next(pkt);
	if (used & TG_USES_KIND(TG_ACT_REJECT) && act->kind == TG_ACT_REJECT &&
	    constants()->reply_price &&
	    !tg_may_send(TG_SENT_ANSWERS, constants()->reply_price,
			 constants()->reply_burst)) {
		tg_settle_log(pkt, TG_VERDICT_DROP, TG_REASON_OVER_LIMIT);
		return tg_drop(pkt, TG_REASON_OVER_LIMIT);
	}
	return tg_act_on(pkt, found, act, reason, used);
}

#endif
