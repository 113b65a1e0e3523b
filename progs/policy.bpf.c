// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy - executes the first matching rule of a policy.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_policy (counters), and tgp_rules,
 * packets and bytes of each rule, 0 for the default, which is not pinned.
 *
 * As built it has no rules and passes every packet on. The compiler makes an
 * object with rules from it:
 *
 *	echo 'drop tcp to port 80' >web.policy
 *	build/tg-policy compile web.policy -o web.o
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj web.o sec ingress
 */
#include "policy_program.h"

static __always_inline void count_rule(struct tg_packet *pkt, __u32 rule)
{
	struct tg_rule_block *block = tg_policy_block(rule);

	if (block) {
		struct tg_counter *counter =
			&block->rules[rule % TG_RULES_IN_BLOCK];

		counter->packets++;
		counter->bytes += pkt->size;
	}
}

static __always_inline int policy(struct tg_packet *pkt)
{
	const __u32 used = constants()->used;
	__u32 outcome = constants()->malformed, found = 0;
	struct tg_headers headers;

	if (tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) == TG_PARSED) {
		/* Before the merge, so that the verifier still knows them. */
		if (used & TG_USES_FOUND)
			found = tg_found(pkt, &headers);
		tg_merge_parse_states(&headers);
		outcome = tg_policy_look_up(pkt, &headers);
	} else {
		tg_forget_flow();
	}
	pkt->rule = TG_OUTCOME_RULE(outcome);
	count_rule(pkt, pkt->rule);
	return tg_policy_act(pkt, outcome, found, used);
}

TG_PLUGIN(policy);
