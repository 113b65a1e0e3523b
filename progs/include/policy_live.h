/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The live facts of a packet: what its flow is and the sets that its ends are
 * in, looked up before all fields. Constants remove the code for what no rule
 * asks about.
 */
#ifndef TG_POLICY_LIVE_H
#define TG_POLICY_LIVE_H

#include "policy_flows.h"
#include "policy_limits.h"
#include "policy_sets.h"

/* No outcome: rule 0, the default, has acts of a kind that there is. */
#define TG_NOT_DECIDED 0xffffffffU

static __always_inline int tg_keeps_flows(const struct tg_policy *policy)
{
	return policy->used & TG_ACT_KEEP && !tg_flows_constants()->is_frozen;
}

static __always_inline enum tg_policy_family_id
tg_family_of(const struct tg_headers *headers)
{
	switch (headers->network) {
	case TG_NET_IPV4:
		return TG_FAMILY_IP4;
	case TG_NET_IPV6:
		return TG_FAMILY_IP6;
	default:
		return TG_FAMILY_OTHER;
	}
}

/* The outcome, if the fact alone decides. */
static __always_inline __u32 tg_outcome_of_fact(enum tg_policy_family_id family,
						__u32 fact)
{
	const struct tg_policy_flows *flows = tg_flows_constants();

	fact %= TG_FLOW_FACTS;
	return flows->is_decided[family][fact] ? flows->outcome[family][fact]
					       : TG_NOT_DECIDED;
}

static __always_inline const __u8 *
tg_live_facts(const struct tg_policy_packet *packet)
{
	struct tg_live_room *room = tg_live_room();

	(void)packet;
	return room ? room->facts : NULL;
}

/* The room is looked up again: to keep its address would take stack. */
static __always_inline void tg_look_up_sets(enum tg_side side)
{
	struct tg_live_room *room = tg_live_room();
	__u32 sets;

	if (!room)
		return;
	sets = tg_sets_of_end(&room->flow.ends[side], side);
	room = tg_live_room();
	if (room)
		tg_store_sets(room->facts, side, sets);
}

/* TG_NOT_DECIDED: fields decide, too. */
static __always_inline __u32 tg_look_up_flow(struct tg_packet *pkt,
					     const struct tg_headers *headers)
{
	struct tg_live_room *room = tg_live_room();
	__u32 fact;

	if (!room)
		return TG_NOT_DECIDED;
	if (headers->network != TG_NET_IPV4 &&
	    headers->network != TG_NET_IPV6) {
		room->flow.packet.can_keep = 0; /* it is of another packet */
		room->facts[TG_DIM_FLOW - TG_LIVE_FIRST] = TG_FLOW_FACTS;
		return TG_NOT_DECIDED;
	}
	fact = tg_flow_look_up(pkt, headers, &room->flow);
	room->facts[TG_DIM_FLOW - TG_LIVE_FIRST] = fact;
	return tg_outcome_of_fact(tg_family_of(headers), fact);
}

/* A packet whose flow is not looked up: the fact is that of another packet. */
static __always_inline void tg_forget_flow(void)
{
	struct tg_live_room *room = tg_live_room();

	if (tg_flows_constants()->is_used && room)
		room->facts[TG_DIM_FLOW - TG_LIVE_FIRST] = TG_FLOW_FACTS;
}

/* For captures and logs: enum tg_flow_fact + 1, or 0. */
static __always_inline __u32 tg_watched_flow(void)
{
	struct tg_live_room *room = tg_live_room();
	__u32 fact;

	if (!tg_flows_constants()->is_used || !room)
		return 0;
	fact = room->facts[TG_DIM_FLOW - TG_LIVE_FIRST];
	return fact < TG_FLOW_FACTS ? fact + 1 : 0;
}

static __always_inline void tg_read_ends(const struct tg_headers *headers,
					 __u32 from, __u32 to)
{
	enum tg_policy_family_id family = tg_family_of(headers);
	struct tg_live_room *room = tg_live_room();

	if (!room)
		return;
	if (from)
		tg_read_end(&room->flow.ends[TG_SIDE_FROM], headers, family,
			    TG_SIDE_FROM, from);
	if (to)
		tg_read_end(&room->flow.ends[TG_SIDE_TO], headers, family,
			    TG_SIDE_TO, to);
}

/*
 * Their outcome, or TG_NOT_DECIDED: fields decide, too. What rules of any
 * family ask for is looked up for all packets: to tell families apart would
 * take stack.
 */
static __always_inline __u32 tg_look_up_live(const struct tg_policy *policy,
					     struct tg_packet *pkt,
					     struct tg_policy_packet *packet)
{
	const struct tg_headers *headers = packet->headers;
	__u32 from = policy->ends[TG_SIDE_FROM], to = policy->ends[TG_SIDE_TO];
	__u32 outcome = TG_NOT_DECIDED;

	if (from | to)
		tg_read_ends(headers, from, to);
	if (tg_flows_constants()->is_used)
		outcome = tg_look_up_flow(pkt, headers);
	if (outcome != TG_NOT_DECIDED)
		return outcome;
	if (from & TG_END_SETS)
		tg_look_up_sets(TG_SIDE_FROM);
	if (to & TG_END_SETS)
		tg_look_up_sets(TG_SIDE_TO);
	return TG_NOT_DECIDED;
}

#endif
