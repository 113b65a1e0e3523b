// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop_icmp - drops ICMP, and of ICMPv6 only the echoes: neighbour discovery,
 * without which IPv6 does not work at all, lives on.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_drop_icmp (counters).
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj build/drop_icmp.o sec ingress
 *
 * Then `ping` and `ping -6` time out, while `arping` and `curl` work.
 */
#include "plugin.h"

#include <linux/icmpv6.h>

static __always_inline int is_ping(const struct tg_headers *headers)
{
	/* All of IPv4's, with the fragments that have no type any more. */
	if (headers->network == TG_NET_IPV4)
		return headers->protocol == IPPROTO_ICMP;
	return headers->transport == TG_L4_ICMPV6 &&
	       (headers->icmp_type == ICMPV6_ECHO_REQUEST ||
		headers->icmp_type == ICMPV6_ECHO_REPLY);
}

static __always_inline int drop_icmp(struct tg_packet *pkt)
{
	struct tg_headers headers;

	if (tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) < 0)
		return tg_next_noting(pkt, TG_REASON_MALFORMED);
	if (is_ping(&headers))
		return tg_drop(pkt, TG_REASON_ICMP);
	return tg_next(pkt);
}

TG_PLUGIN(drop_icmp);
