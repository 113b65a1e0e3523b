// SPDX-License-Identifier: GPL-2.0-only
/*
 * gate - the program on the hook: it calls the first slot of the active bank.
 * Replacing it by a gate to the other bank is atomic, and replaces the whole
 * chain.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_gate (counters).
 * Constants: tg_next_slot (where to), tg_miss (what an empty slot means).
 */
#include "plugin.h"

static __always_inline int gate(struct tg_packet *pkt)
{
	return tg_next(pkt);
}

TG_PLUGIN(gate);
