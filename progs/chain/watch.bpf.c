// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch - the gate of a chain that is captured with a condition: it records
 * whether the packet matches, then calls the first slot like any gate.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_gate (counters), tgw_state (the
 * record), and those of a policy. The compiler makes its object from a policy
 * of one rule, which passes packets that match the condition.
 * Constants: tg_next_slot (where to), tg_miss (what an empty slot means).
 */
#include "policy_program.h"

static __always_inline int gate(struct tg_packet *pkt)
{
	__u32 outcome = constants()->malformed;
	struct tg_headers headers;

	if (tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) == TG_PARSED) {
		tg_merge_parse_states(&headers);
		outcome = tg_policy_look_up(pkt, &headers);
	}
	tg_watch_want(pkt, TG_OUTCOME_KIND(outcome) == TG_ACT_PASS);
	return tg_next(pkt);
}

TG_PLUGIN(gate);
