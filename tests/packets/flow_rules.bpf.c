// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow_rules - a plugin with the map of flows, and what a policy says of them:
 * it finds no room for any flow, and lets packets go on if no tool has prepared
 * the table. As built, it does not use flows.
 */
#include "plugin.h"

#include "flow_program.h"
#include "policy_flow.h"

const volatile struct tg_policy_flows of_policy SEC(".rodata.flows") = {
	.is_used = 0,
};

static __always_inline int flow_rules(struct tg_packet *pkt)
{
	struct tg_flow_head *head = tg_flow_line(0, TG_FLOW_HEAD_LINE);

	return head && head->version == TG_FLOW_VERSION
		       ? tg_drop(pkt, TG_REASON_FLOW_FULL)
		       : tg_next(pkt);
}

TG_PLUGIN(flow_rules);
