/* SPDX-License-Identifier: GPL-2.0-only */
/* Keep the flow that a packet begins, or what its later fragments belong to. */
#ifndef TG_FLOW_BEGIN_H
#define TG_FLOW_BEGIN_H

#include "flow_judge.h"

/* -1: there is no room. */
static __always_inline int tg_flow_begin(const struct tg_flow_court *court,
					 struct tg_flow_room *room,
					 int is_fragments)
{
	const struct tg_flow_packet *packet = &room->packet;
	struct tg_flow_wish *wish = &room->wish;

	*wish = (struct tg_flow_wish){ .now = court->now,
				       .state = TG_FLOW_FRAGMENTS };
	wish->flow.key = packet->key;
	if (is_fragments) {
		tg_flow_fragment_key(&room->seen, &wish->flow.key);
	} else {
		if (!packet->can_keep)
			return 0;
		wish->state = tg_flow_first_state(room, wish->flow.peers);
		wish->flags = packet->is_high ? TG_FLOW_BY_HIGH : 0;
	}
	if (wish->state >= TG_FLOW_STATES)
		return 0;
	wish->time = tg_flow_time(court->flows->times, wish->state);
	wish->hash = tg_flow_hash(court->head, &wish->flow.key);
	return tg_flow_add(court->table, court->head, wish) ==
			       TG_FLOW_TABLE_FULL
		       ? -1
		       : 0;
}

#endif
