// SPDX-License-Identifier: GPL-2.0-only
/*
 * only_icmp - lets ICMP and ICMPv6 go on, and ARP, so that a ping can find its
 * way. Everything else is dropped.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_only_icmp (counters).
 *
 *	ip link set dev eth0 xdp obj build/only_icmp.o sec xdp
 *
 * Then `ping` works as before, and `curl` stops.
 */
#include "plugin.h"

#include "neighbour.h"

static __always_inline int only_icmp(struct tg_packet *pkt)
{
	struct tg_headers headers;

	if (tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) < 0)
		return tg_drop(pkt, TG_REASON_MALFORMED);
	if (tg_is_icmp(&headers) || tg_finds_neighbours(&headers))
		return tg_next(pkt);
	return tg_drop(pkt, TG_REASON_NOT_ICMP);
}

TG_PLUGIN(only_icmp);
