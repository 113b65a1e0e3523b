/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows in a program: what the parser notes, and the global functions that look
 * a packet's flow up and keep it. The verifier checks each once.
 *
 * The includer defines TG_WITH_FLOWS, and before this header:
 *	tg_flows_constants()	struct tg_policy_flows, constants
 *	tg_flow_room()		a pointer to the room, or NULL
 */
#ifndef TG_FLOW_TRACK_H
#define TG_FLOW_TRACK_H

#include "change.h"
#include "flow_program.h"
#include "flow_begin.h"

/* --- what the parser notes */

static __always_inline struct tg_flow_seen *tg_flow_note(void)
{
	struct tg_flow_room *room;

	if (!tg_flows_constants()->is_used)
		return NULL;
	room = tg_flow_room();
	return room ? &room->seen : NULL;
}

static __always_inline __u32 tg_flow_at_most(__u32 size)
{
	return size < TG_FLOW_BYTES ? size : TG_FLOW_BYTES - 1;
}

/* Bytes from here on that are read later. */
static __always_inline void tg_note_bytes(struct tg_flow_seen *seen,
					  const struct tg_cursor *cur,
					  const void *bytes, __u32 size)
{
	seen->at = bytes - cur->start;
	seen->size = tg_flow_at_most(size);
}

/* The cursor is behind the header. */
static __always_inline void tg_note_tcp(const struct tg_cursor *cur,
					const struct tcphdr *tcp)
{
	struct tg_flow_seen *seen = tg_flow_note();
	__u8 flags = ((const __u8 *)tcp)[TG_TCP_FLAGS_OFFSET];

	if (!seen)
		return;
	seen->segment = (struct tg_flow_segment){
		.seq = bpf_ntohl(tcp->seq),
		.ack = bpf_ntohl(tcp->ack_seq),
		.size = cur->left,
		.window = bpf_ntohs(tcp->window),
		.flags = flags,
		.scale = TG_FLOW_NO_SCALE,
	};
	tg_note_bytes(seen, cur, tcp + 1,
		      tcp->syn ? tcp->doff * 4 - sizeof(*tcp) : 0);
}

/*
 * All bits if the type is that of an error, which quotes a packet, or none.
 * Without a branch, after which the verifier would go on twice. Types above 31
 * may seem to be errors; their bytes are read, and nothing is made of them.
 */
static __always_inline __u32 tg_flow_quote_mask(enum tg_transport transport,
						__u8 type)
{
	__u32 mask = transport == TG_L4_ICMP
			     ? -(TG_ICMP4_ERRORS >> (type & 31) & 1)
			     : (type >> 7) - 1U;

	tg_barrier_var(mask);
	return mask;
}

static __always_inline void tg_note_icmp(const struct tg_cursor *cur,
					 const struct tg_icmp *icmp,
					 enum tg_transport transport)
{
	struct tg_flow_seen *seen = tg_flow_note();

	if (!seen)
		return;
	seen->icmp_type = icmp->type;
	seen->icmp_id = bpf_ntohl(icmp->rest) >> 16;
	tg_note_bytes(seen, cur, icmp + 1,
		      cur->left & tg_flow_quote_mask(transport, icmp->type));
}

static __always_inline void tg_note_fragment(__be32 id)
{
	struct tg_flow_seen *seen = tg_flow_note();

	if (seen)
		seen->fragment_id = id;
}

/* --- the functions */

static __always_inline int tg_flow_is_court(struct tg_flow_court *court)
{
	court->flows = tg_flows_constants();
	court->head = tg_flow_line(court->table, TG_FLOW_HEAD_LINE);
	if (!court->head)
		return 0;
	court->now = tg_flow_clock(court->head, court->flows->is_frozen);
	return 1;
}

/* Read the packet, of which ends and what was seen are known, and seek its
 * flow.
 */
__noinline int tg_flow_read_and_seek(struct tg_flow_room *room)
{
	struct tg_flow_court court = { 0 };

	if (!room || !tg_flow_is_court(&court))
		return 0;
	tg_flow_read(room);
	tg_flow_seek(&court, room);
	return room->packet.is_member;
}

/* enum tg_flow_answer */
__noinline int tg_flow_judge(struct tg_flow_room *room)
{
	struct tg_flow_court court = { 0 };

	if (!room || !tg_flow_is_court(&court))
		return TG_FLOW_GONE;
	return tg_flow_join(&court, room);
}

__noinline int tg_flow_make_way(struct tg_flow_room *room)
{
	struct tg_flow_court court = { 0 };

	if (room && tg_flow_is_court(&court))
		tg_flow_forget(&court, room);
	return 0;
}

/*
 * Keep the flow that the packet begins, if it begins one, or what its later
 * fragments belong to. -1: there is no room.
 */
__noinline int tg_flow_keep(struct tg_flow_room *room, __u32 is_fragments)
{
	struct tg_flow_court court = { 0 };

	if (!room || !tg_flow_is_court(&court))
		return -1;
	return tg_flow_begin(&court, room, is_fragments);
}

/* --- the packet's part */

/* The options of a SYN, or what an ICMP error quotes. */
static __always_inline void tg_flow_load(struct tg_packet *pkt,
					 struct tg_flow_room *room)
{
	__u32 size = room->seen.size;

	if (!size)
		return;
	/* 1 to TG_FLOW_BYTES for the verifier, which learns nothing from != */
	size--;
	tg_barrier_var(size);
	size = (size & (TG_FLOW_BYTES - 1)) + 1;
	if (tg_load(pkt, room->seen.at, room->bytes, size) < 0)
		room->seen.size = 0;
}

/* Until no other processor changes the flow's state meanwhile: four times. */
static __always_inline void tg_flow_judge_again(struct tg_flow_room *room)
{
	if (tg_flow_judge(room) == TG_FLOW_CHANGED &&
	    tg_flow_judge(room) == TG_FLOW_CHANGED &&
	    tg_flow_judge(room) == TG_FLOW_CHANGED)
		tg_flow_judge(room);
}

static __always_inline void tg_flow_see(struct tg_flow_seen *seen,
					const struct tg_headers *headers)
{
	seen->network = headers->network;
	seen->transport = headers->transport;
	seen->fragment = headers->fragment;
	seen->protocol = headers->protocol;
	seen->vlan = tg_flows_constants()->has_vlans && headers->vlans
			     ? TG_FLOW_VLAN(headers->vlan_tci[0] & 0xfff)
			     : 0;
}

/* enum tg_flow_fact, of a packet whose ends are in the room. */
static __always_inline int tg_flow_look_up(struct tg_packet *pkt,
					   const struct tg_headers *headers,
					   struct tg_flow_room *room)
{
	if (tg_flows_constants()->pretended)
		return tg_flows_constants()->pretended - 1;
	tg_flow_see(&room->seen, headers);
	if (headers->transport == TG_L4_TCP ||
	    headers->transport == TG_L4_ICMP ||
	    headers->transport == TG_L4_ICMPV6)
		tg_flow_load(pkt, room);
	room->packet.fact = TG_FLOW_FACT_NEW;
	if (tg_flow_read_and_seek(room))
		tg_flow_judge_again(room);
	if (room->seen.fragment == TG_FRAG_FIRST &&
	    room->packet.fact == TG_FLOW_FACT_ESTABLISHED &&
	    !tg_flows_constants()->is_frozen)
		tg_flow_keep(room, 1);
	return room->packet.fact;
}

/* Returns whether there was no room for the packet's flow. */
static __always_inline int tg_flow_keep_all(struct tg_flow_room *room)
{
	if (room->packet.reopens)
		tg_flow_make_way(room);
	if (tg_flow_keep(room, 0) < 0)
		return 1;
	return room->seen.fragment == TG_FRAG_FIRST && room->packet.can_keep &&
	       tg_flow_keep(room, 1) < 0;
}

#endif
