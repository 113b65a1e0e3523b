// SPDX-License-Identifier: GPL-2.0-only
/*
 * end - is in the slot after the last plugin of a chain, and gives packets on
 * which no plugin has decided the default verdict of the hook.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_end (counters).
 * Constants: end_verdict (pass or drop).
 */
#include "plugin.h"

const volatile __u32 end_verdict = TG_VERDICT_PASS;

static __always_inline int end(struct tg_packet *pkt)
{
	if (end_verdict == TG_VERDICT_DROP)
		return tg_drop(pkt, TG_REASON_DEFAULT);
	return tg_pass(pkt, TG_REASON_DEFAULT);
}

TG_PLUGIN(end);
