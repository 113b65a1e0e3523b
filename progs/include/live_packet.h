/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a policy knows of a packet whose live facts it asks. Tools read it after
 * a packet has run.
 *
 * The includer provides what flow_room.h, set_change.h and limit_ask.h need.
 */
#ifndef TG_LIVE_PACKET_H
#define TG_LIVE_PACKET_H

#include "flow_room.h"
#include "limit_ask.h"
#include "policy_dimension.h"
#include "set_change.h"

struct tg_live_room {
	struct tg_flow_room flow;
	struct tg_set_wish wish;
	struct tg_limit_wish limit;
	__u8 facts[TG_LIVE_FACTS]; /* the value of each LIVE field */
};

#endif
