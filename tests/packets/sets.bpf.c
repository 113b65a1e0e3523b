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
	tg_look_up_sets(constants(), &packet);
	exchange.sets[TG_SIDE_FROM] = packet.sets[TG_SIDE_FROM];
	exchange.sets[TG_SIDE_TO] = packet.sets[TG_SIDE_TO];
	exchange.refused = 0;
	if (tg_changes_sets(constants()))
		exchange.refused = tg_make_set_changes(constants(), &act);
	return tg_next(pkt);
}

TG_PLUGIN(sets);
