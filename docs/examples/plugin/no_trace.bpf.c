// SPDX-License-Identifier: GPL-2.0-only
/* no_trace - drops the probes of traceroute: UDP, high ports, few hops left. */
#include "plugin.h"

/* Constants can be set in a copy of the object, with tg-splice. */
const volatile __u8 no_trace_hops = 5;

#define NO_TRACE_FIRST_PORT 33434
#define NO_TRACE_PROBE TG_REASON_OWN(0)

static __always_inline __u8 hops_left(const struct tg_headers *headers)
{
	if (headers->network == TG_NET_IPV4)
		return headers->ip4->ttl;
	return headers->ip6->hop_limit;
}

static __always_inline int no_trace(struct tg_packet *pkt)
{
	struct tg_headers headers;

	if (tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) < 0)
		return tg_next_noting(pkt, TG_REASON_MALFORMED);
	if (headers.transport == TG_L4_UDP &&
	    headers.dport >= NO_TRACE_FIRST_PORT &&
	    hops_left(&headers) <= no_trace_hops)
		return tg_drop(pkt, NO_TRACE_PROBE);
	return tg_next(pkt);
}

TG_PLUGIN(no_trace);
