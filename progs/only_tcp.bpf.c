// SPDX-License-Identifier: GPL-2.0-only
/*
 * only_tcp - lets TCP go on, and what TCP cannot do without: ARP, and the
 * neighbour discovery of IPv6. Everything else is dropped.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_only_tcp (counters).
 *
 *	ip link set dev eth0 xdp obj build/only_tcp.o sec xdp
 *
 * Then `curl` works as before, and `ping` stops.
 */
#include "plugin.h"

#include "neighbour.h"

static __always_inline int only_tcp(struct tg_packet *pkt)
{
	struct tg_headers headers;

	if (tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) < 0)
		return tg_drop(pkt, TG_REASON_MALFORMED);
	/* By protocol: a later fragment of TCP is TCP, too. */
	if (headers.protocol == IPPROTO_TCP || tg_finds_neighbours(&headers))
		return tg_next(pkt);
	return tg_drop(pkt, TG_REASON_NOT_TCP);
}

TG_PLUGIN(only_tcp);
