// SPDX-License-Identifier: GPL-2.0-only
/*
 * count - counts packets and bytes, and lets them go on.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_count (counters).
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 egress bpf da obj build/count.o sec egress
 *
 * Then `tailgate stats` shows how many went by.
 */
#include "plugin.h"

static __always_inline int count(struct tg_packet *pkt)
{
	return tg_next_noting(pkt, TG_REASON_COUNTED);
}

TG_PLUGIN(count);
