// SPDX-License-Identifier: GPL-2.0-only
/*
 * sets - looks both ends of a packet up as the policy plugin does, says which
 * sets they are in, and makes the changes that its caller asks for. The changes
 * are at the start of the tables.
 */
#define TG_LIVE
#include "policy_program.h"

#include "sets_exchange.h"

struct sets_exchange exchange;

static __always_inline __u32 sets_of(const struct tg_policy_packet *packet,
				     enum tg_side side)
{
	__u32 sets = 0;

	for (int i = 0; i < TG_SETS; i += TG_SETS_IN_FIELD)
		sets |= tg_live_fact(packet, TG_SETS_FIELD(side, i)) << i;
	return sets;
}

static __always_inline void forget_sets(void)
{
	struct tg_live_room *room = tg_live_room();

	if (room) {
		tg_store_sets(room->facts, TG_SIDE_FROM, 0);
		tg_store_sets(room->facts, TG_SIDE_TO, 0);
	}
}

static __always_inline int sets(struct tg_packet *pkt)
{
	struct tg_policy_packet packet = {};
	struct tg_act act = { .set_changes = exchange.changes };
	struct tg_headers headers;

	exchange.is_parsed =
		tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) == TG_PARSED;
	if (!exchange.is_parsed)
		return tg_next(pkt);
	tg_merge_parse_states(&headers);
	packet.headers = &headers;
	forget_sets();
	tg_look_up_live(constants(), pkt, &packet);
	exchange.sets[TG_SIDE_FROM] = sets_of(&packet, TG_SIDE_FROM);
	exchange.sets[TG_SIDE_TO] = sets_of(&packet, TG_SIDE_TO);
	exchange.refused = 0;
	if (tg_changes_sets(constants()))
		exchange.refused = tg_make_set_changes(constants(), &act);
	return tg_next(pkt);
}

TG_PLUGIN(sets);
