/* SPDX-License-Identifier: GPL-2.0-only */
/* Flows in a plugin without a policy: the room, and the times as built. */
#ifndef TG_FLOW_CONSTANTS_H
#define TG_FLOW_CONSTANTS_H

#include "flow_room.h"
#include "policy_flow.h"
#include "room.h"

#define TG_FLOW_TIME_OF(name, text, seconds, rank) \
	[TG_FLOW_##name] = TG_FLOW_TIME(seconds),

const volatile struct tg_policy_flows tg_policy_flows SEC(".rodata.flows") = {
	.is_used = 1,
	.times = { TG_FLOW_STATE_LIST(TG_FLOW_TIME_OF) },
};

static __always_inline const struct tg_policy_flows *tg_flows_constants(void)
{
	const struct tg_policy_flows *flows;

	asm("" : "=r"(flows) : "0"(&tg_policy_flows));
	return flows;
}

TG_ROOM(struct tg_flow_room, tg_flow_room)

#include "flow_track.h"

#endif
