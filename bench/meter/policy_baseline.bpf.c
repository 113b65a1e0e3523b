// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_lookup without the lookup: reads the same fields, and every packet
 * gets the outcome of malformed packets.
 */
#include "policy_program.h"

static __always_inline void read_fields(const struct tg_headers *headers)
{
	__u32 mix = headers->protocol ^ headers->sport ^ headers->dport;

	if (headers->network == TG_NET_IPV4)
		mix ^= headers->ip4->saddr ^ headers->ip4->daddr;
	else if (headers->network == TG_NET_IPV6)
		mix ^= headers->ip6->saddr.s6_addr32[1] ^
		       headers->ip6->daddr.s6_addr32[1];
	tg_barrier_var(mix);
}

static __always_inline int policy(struct tg_packet *pkt)
{
	const __u32 used = constants()->used;
	__u32 outcome = constants()->malformed;
	struct tg_headers headers;

	if (tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) == TG_PARSED) {
		tg_merge_parse_states(&headers);
		read_fields(&headers);
	}
	(void)tg_policy_block(TG_OUTCOME_RULE(outcome));
	return tg_policy_act(pkt, outcome, 0, used);
}

TG_PLUGIN(policy);
