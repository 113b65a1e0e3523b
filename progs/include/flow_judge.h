/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a packet is to the flows in the table, and what it does to its own. The
 * packet has been read into the room: flow_packet.h.
 */
#ifndef TG_FLOW_JUDGE_H
#define TG_FLOW_JUDGE_H

#include "flow_add.h"
#include "flow_packet.h"
#include "policy_flow.h"

/* What packets are judged by. */
struct tg_flow_court {
	tg_flow_table table;
	struct tg_flow_head *head;
	const struct tg_policy_flows *flows;
	__u32 now;
};

/* The next state of a flow that is not TCP's. */
static __always_inline __u8 tg_flow_next(__u8 state, int is_reply)
{
	switch (state) {
	case TG_FLOW_UDP_SENT:
		return is_reply ? TG_FLOW_UDP_REPLIED : state;
	case TG_FLOW_UDP_REPLIED:
		return is_reply ? state : TG_FLOW_UDP_STREAM;
	case TG_FLOW_ICMP_SENT:
		return is_reply ? TG_FLOW_ICMP_REPLIED : state;
	case TG_FLOW_OTHER_SENT:
		return is_reply ? TG_FLOW_OTHER_REPLIED : state;
	default:
		return state;
	}
}

/* Nothing has come back yet. */
static __always_inline int tg_flow_is_unanswered(__u8 state)
{
	return state == TG_FLOW_SYN_SENT || state == TG_FLOW_PICKED_UP ||
	       state == TG_FLOW_UDP_SENT || state == TG_FLOW_ICMP_SENT ||
	       state == TG_FLOW_OTHER_SENT;
}

static __always_inline int tg_flow_is_opening(__u8 flags)
{
	return (flags & (TG_FLOW_SYN | TG_FLOW_ACK | TG_FLOW_RST |
			 TG_FLOW_FIN)) == TG_FLOW_SYN;
}

/* A SYN of a flow that has ended, or was picked up: a rule decides whether it
 * begins anew. */
static __always_inline int tg_flow_reopens(const struct tg_flow_room *room,
					   __u8 state)
{
	return room->packet.role == TG_FLOW_ROLE_TCP &&
	       tg_flow_is_opening(room->seen.segment.flags) &&
	       (state == TG_FLOW_TIME_WAIT || state == TG_FLOW_CLOSED ||
		state == TG_FLOW_PICKED_UP);
}

/* The state after the packet, or TG_FLOW_REFUSED. */
static __always_inline __u8 tg_flow_state_after(
	const struct tg_flow_court *court, struct tg_flow_room *room,
	const struct tg_flow_place *place, int is_reply)
{
	__u8 state = TG_FLOW_STATE_OF(place->seen);
	struct tg_flow_peer *peers = place->flow->peers;

	if (room->packet.role != TG_FLOW_ROLE_TCP)
		return tg_flow_next(state, is_reply);
	if (court->flows->is_frozen) {
		room->copy[0] = peers[0];
		room->copy[1] = peers[1];
		peers = room->copy;
	}
	return tg_flow_tcp_next(peers, room->packet.is_high & 1, is_reply,
				state, &room->seen.segment);
}

/* --- packets without a flow */

/* The state in which a flow begins with the packet, or TG_FLOW_REFUSED. */
static __always_inline __u8 tg_flow_first_state(const struct tg_flow_room *room,
						struct tg_flow_peer peers[2])
{
	switch (room->packet.role) {
	case TG_FLOW_ROLE_TCP:
		return tg_flow_tcp_begin(peers, room->packet.is_high,
					 &room->seen.segment);
	case TG_FLOW_ROLE_UDP:
		return TG_FLOW_UDP_SENT;
	case TG_FLOW_ROLE_ECHO:
		return TG_FLOW_ICMP_SENT;
	case TG_FLOW_ROLE_OTHER:
		return TG_FLOW_OTHER_SENT;
	default:
		return TG_FLOW_REFUSED;
	}
}

static __always_inline __u8 tg_flow_fact_of_stranger(struct tg_flow_room *room)
{
	struct tg_flow_peer peers[2];

	if (room->packet.role == TG_FLOW_ROLE_LATER)
		return TG_FLOW_FACT_NEW;
	if (tg_flow_first_state(room, peers) == TG_FLOW_REFUSED)
		return TG_FLOW_FACT_INVALID;
	room->packet.can_keep = 1;
	return TG_FLOW_FACT_NEW;
}

/* --- packets of a flow */

static __always_inline int tg_flow_is_reply(const struct tg_flow_room *room,
					    const struct tg_flow_place *place)
{
	return room->packet.is_high !=
	       (TG_FLOW_FLAGS(place->seen) & TG_FLOW_BY_HIGH);
}

/*
 * A packet of a flow: its fact, and the state of the flow. TG_FLOW_CHANGED:
 * another processor has changed the state meanwhile. Ask again.
 */
static __always_inline int tg_flow_join(const struct tg_flow_court *court,
					struct tg_flow_room *room)
{
	struct tg_flow_packet *packet = &room->packet;
	struct tg_flow_place place = { .key = &packet->key,
				       .seen = packet->word,
				       .number = packet->number };
	__u8 before = TG_FLOW_STATE_OF(place.seen), state;
	int is_reply, answer = TG_FLOW_UPDATED;

	if (!tg_flow_return(court->table, court->head, &place))
		return TG_FLOW_GONE;
	is_reply = tg_flow_is_reply(room, &place);
	if (tg_flow_reopens(room, before)) {
		packet->can_keep = 1;
		packet->reopens = 1;
		packet->fact = TG_FLOW_FACT_NEW;
		return answer;
	}
	state = tg_flow_state_after(court, room, &place, is_reply);
	if (state == TG_FLOW_REFUSED) {
		packet->fact = TG_FLOW_FACT_INVALID;
		return answer;
	}
	packet->fact = !is_reply && tg_flow_is_unanswered(before)
			       ? TG_FLOW_FACT_NEW
			       : TG_FLOW_FACT_ESTABLISHED;
	if (!court->flows->is_frozen)
		answer =
			tg_flow_update(&place, state, TG_FLOW_FLAGS(place.seen),
				       court->now, court->flows->times);
	packet->word = place.seen;
	return answer;
}

static __always_inline int
tg_flow_find_packet(const struct tg_flow_court *court,
		    const struct tg_flow_room *room,
		    struct tg_flow_place *place)
{
	const struct tg_flow_key *key = &room->packet.key;

	return tg_flow_find(court->table, court->head, key,
			    tg_flow_hash(court->head, key), court->now, place);
}

/* A flow that has ended makes way for the one that the packet begins. */
static __always_inline void tg_flow_forget(const struct tg_flow_court *court,
					   const struct tg_flow_room *room)
{
	struct tg_flow_place place;

	if (tg_flow_find_packet(court, room, &place) &&
	    tg_flow_reopens(room, TG_FLOW_STATE_OF(place.seen)))
		__sync_val_compare_and_swap(place.word, place.seen,
					    TG_FLOW_FREE);
}

/*
 * Look for the flow of a packet that was read. Sets its fact, unless it is a
 * member of a flow.
 */
static __always_inline void tg_flow_seek(const struct tg_flow_court *court,
					 struct tg_flow_room *room)
{
	struct tg_flow_packet *packet = &room->packet;
	struct tg_flow_place place;

	if (packet->role == TG_FLOW_ROLE_NONE)
		return;
	if (packet->role == TG_FLOW_ROLE_LIE) {
		packet->fact = TG_FLOW_FACT_INVALID;
		return;
	}
	if (!tg_flow_find_packet(court, room, &place)) {
		packet->fact = tg_flow_fact_of_stranger(room);
	} else if (packet->role == TG_FLOW_ROLE_ERROR) {
		packet->fact = TG_FLOW_FACT_RELATED;
	} else if (packet->role == TG_FLOW_ROLE_LATER) {
		packet->fact = TG_FLOW_FACT_ESTABLISHED;
	} else {
		packet->is_member = 1;
		packet->number = place.number;
		packet->word = place.seen;
	}
}

#endif
