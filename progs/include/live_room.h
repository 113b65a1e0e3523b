/* SPDX-License-Identifier: GPL-2.0-only */
/* The room of a policy: what it knows of a packet whose live facts it asks. */
#ifndef TG_LIVE_ROOM_H
#define TG_LIVE_ROOM_H

#include "limit_program.h"
#include "room.h"
#include "set_program.h"

#include "live_packet.h"

TG_ROOM(struct tg_live_room, tg_live_room)

#endif
