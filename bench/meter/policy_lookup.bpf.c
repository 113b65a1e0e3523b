// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy plugin without its counters: parser, lookup and action. It looks
 * up the block of counters like the plugin, but does not update it. The meter
 * subtracts policy_baseline from it.
 */
#include "policy_program.h"

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
	}
	(void)tg_policy_block(TG_OUTCOME_RULE(outcome));
	return tg_policy_act(pkt, outcome, found, used);
}

TG_PLUGIN(policy);
