/* SPDX-License-Identifier: GPL-2.0-only */
/* The room of a policy: what it knows of a packet whose live facts it asks. */
#ifndef TG_LIVE_ROOM_H
#define TG_LIVE_ROOM_H

#include "flow_room.h"
#include "limit_program.h"
#include "room.h"
#include "set_program.h"

struct tg_live_room {
	struct tg_flow_room flow;
	struct tg_set_wish wish;
	struct tg_limit_wish limit;
	__u8 facts[TG_LIVE_FACTS]; /* the value of each LIVE field */
};

TG_ROOM(struct tg_live_room, tg_live_room)

#endif
