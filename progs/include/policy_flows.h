/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy says about flows: the section that the compiler fills in. */
#ifndef TG_POLICY_FLOWS_H
#define TG_POLICY_FLOWS_H

#include "live_room.h"
#include "policy_flow.h"

/* As built: no rule asks for flows. The compiler replaces it. */
const volatile struct tg_policy_flows tg_policy_flows SEC(".rodata.flows") = {
	.is_used = 0,
};

/* Hidden from clang, and constants for the verifier: see constants(). */
static __always_inline const struct tg_policy_flows *tg_flows_constants(void)
{
	const struct tg_policy_flows *flows;

	asm("" : "=r"(flows) : "0"(&tg_policy_flows));
	return flows;
}

static __always_inline struct tg_flow_room *tg_flow_room(void)
{
	struct tg_live_room *room = tg_live_room();

	return room ? &room->flow : NULL;
}

#include "flow_track.h"

#endif
