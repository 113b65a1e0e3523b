// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop_all - drops every packet without a look at it.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_drop_all (counters).
 *
 *	ip link set dev eth0 xdp obj build/drop_all.o sec xdp
 *
 * Then nothing arrives: neither `arping` nor `ping` nor `curl`. Not for the
 * device that carries your own session.
 */
#include "plugin.h"

static __always_inline int drop_all(struct tg_packet *pkt)
{
	return tg_drop(pkt, TG_REASON_ALL);
}

TG_PLUGIN(drop_all);
