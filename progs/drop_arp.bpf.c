// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop_arp - drops ARP, VLAN-tagged or not; the rest goes on.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_drop_arp (counters).
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj build/drop_arp.o sec ingress
 *
 * Then `arping` gets no answer any more, while `ping` goes on for as long as
 * the neighbour's address is known.
 */
#include "plugin.h"

static __always_inline int drop_arp(struct tg_packet *pkt)
{
	struct tg_headers headers;

	if (tg_parse(pkt, &headers, TG_DEPTH_LINK) < 0)
		return tg_next_noting(pkt, TG_REASON_MALFORMED);
	if (headers.ethertype == ETH_P_ARP)
		return tg_drop(pkt, TG_REASON_ARP);
	return tg_next(pkt);
}

TG_PLUGIN(drop_arp);
