/* SPDX-License-Identifier: GPL-2.0-only */
/* What a host needs in order to find its neighbours at all. */
#ifndef TG_NEIGHBOUR_H
#define TG_NEIGHBOUR_H

#include "headers.h"
#include "parse_transport.h"

/* RFC 4861: router and neighbour solicitation, advertisement, and redirect. */
#define TG_ND_FIRST 133
#define TG_ND_LAST 137

static __always_inline int tg_finds_neighbours(const struct tg_headers *headers)
{
	if (headers->network == TG_NET_ARP)
		return 1;
	return headers->transport == TG_L4_ICMPV6 &&
	       headers->icmp_type >= TG_ND_FIRST &&
	       headers->icmp_type <= TG_ND_LAST;
}

/* By protocol, so that later fragments of a large ping are ICMP as well. */
static __always_inline int tg_is_icmp(const struct tg_headers *headers)
{
	if (headers->network == TG_NET_IPV4)
		return headers->protocol == IPPROTO_ICMP;
	return headers->network == TG_NET_IPV6 &&
	       headers->protocol == IPPROTO_ICMPV6;
}

#endif
