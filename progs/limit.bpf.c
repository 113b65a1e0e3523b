// SPDX-License-Identifier: GPL-2.0-only
/*
 * limit - drops what a source sends above a rate of packets a second.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_limit (counters), and tgl_limits,
 * which all hooks of an attachment share.
 *
 * A source is an IPv4 address, or the /64 of an IPv6 address; packets of other
 * protocols go on. Whose source finds no place in the table goes on as well,
 * and is counted.
 *
 * Constants: limit_rate, packets a second; limit_burst, packets at once;
 * limit_length4 and limit_length6, the lengths of the prefix that is a source.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj build/limit.o sec ingress
 *	pins=${TC_BPF_MNT:-/sys/fs/bpf}/tc/globals
 *	build/tg-limits prepare "$pins/tgl_limits"
 *
 * Then `ping -f` from elsewhere loses most of its packets. In a chain, tailgate
 * makes the table.
 */
#include "plugin.h"

#include "limit_program.h"

const volatile __u32 limit_rate = 100;
const volatile __u32 limit_burst = 100;
const volatile __u32 limit_length4 = 32;
const volatile __u32 limit_length6 = 64;

/* As in a policy, so that tools treat both alike. */
const volatile struct tg_policy_limits
	tg_policy_limits SEC(".rodata.limits") = {
		.count = 1,
	};

static __always_inline const struct tg_policy_limits *tg_limits_constants(void)
{
	const struct tg_policy_limits *limits;

	asm("" : "=r"(limits) : "0"(&tg_policy_limits));
	return limits;
}

#define LIMIT_NAME 0x6c696d6974 /* "limit" */

/* A rate of 0 is one a second. */
static __always_inline __u64 price(void)
{
	__u64 rate = limit_rate;

	return rate ? TG_LIMIT_SECOND / rate : TG_LIMIT_SECOND;
}

static __always_inline int ask(struct tg_packet *pkt,
			       const struct tg_headers *headers,
			       enum tg_policy_family_id family)
{
	struct tg_limit limit = {
		.name = LIMIT_NAME,
		.price = price(),
		.burst = price() * limit_burst,
		.beyond = TG_LIMIT_BURST_MAX,
		.per = TG_LIMIT_PER_FROM,
		.length4 = limit_length4,
		.length6 = limit_length6,
	};
	struct tg_limit_wish wish;
	struct tg_end from;

	tg_read_end(&from, headers, family, TG_SIDE_FROM, TG_END_ADDRESS);
	tg_limit_set_key(&wish, &limit, &from, pkt->hook);
	tg_limit_set_wish(&wish, &limit, pkt->size);
	wish.bill.is_frozen = tg_limits_constants()->is_frozen;
	return tg_limit_ask(0, &wish);
}

static __always_inline int limit(struct tg_packet *pkt)
{
	struct tg_headers headers;
	int answer;

	if (tg_parse(pkt, &headers, TG_DEPTH_NETWORK) != TG_PARSED)
		return tg_next_noting(pkt, TG_REASON_MALFORMED);
	if (headers.network == TG_NET_IPV4)
		answer = ask(pkt, &headers, TG_FAMILY_IP4);
	else if (headers.network == TG_NET_IPV6)
		answer = ask(pkt, &headers, TG_FAMILY_IP6);
	else
		return tg_next(pkt);
	if (answer == TG_LIMIT_NO)
		return tg_drop(pkt, TG_REASON_OVER_LIMIT);
	if (answer == TG_LIMIT_NO_PLACE)
		return tg_next_noting(pkt, TG_REASON_LIMIT_FULL);
	return tg_next(pkt);
}

TG_PLUGIN(limit);
