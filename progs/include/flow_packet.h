/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what is known of a packet to its role and its key: for an ICMP error,
 * those of the packet that it quotes.
 */
#ifndef TG_FLOW_PACKET_H
#define TG_FLOW_PACKET_H

#include <linux/in.h>

#include "flow_hash.h"
#include "flow_room.h"
#include "parse_network.h"
#include "parse_transport.h"

/* linux/icmp.h has these, but includes headers of the C library. */
enum tg_icmp4_type {
	TG_ICMP4_ECHO_REPLY = 0,
	TG_ICMP4_UNREACHABLE = 3,
	TG_ICMP4_QUENCH = 4,
	TG_ICMP4_REDIRECT = 5,
	TG_ICMP4_ECHO = 8,
	TG_ICMP4_TIME_EXCEEDED = 11,
	TG_ICMP4_PARAMETER = 12,
	TG_ICMP4_TIMESTAMP = 13,
	TG_ICMP4_TIMESTAMP_REPLY = 14,
	TG_ICMP4_INFO = 15,
	TG_ICMP4_INFO_REPLY = 16,
	TG_ICMP4_MASK = 17,
	TG_ICMP4_MASK_REPLY = 18,
};

/* Types of errors, as bits. */
#define TG_ICMP4_ERRORS                                           \
	(1U << TG_ICMP4_UNREACHABLE | 1U << TG_ICMP4_QUENCH |     \
	 1U << TG_ICMP4_REDIRECT | 1U << TG_ICMP4_TIME_EXCEEDED | \
	 1U << TG_ICMP4_PARAMETER)

enum tg_icmp6_type {
	TG_ICMP6_ERROR_MAX = 127,
	TG_ICMP6_ECHO = 128,
	TG_ICMP6_ECHO_REPLY = 129,
};

static __always_inline __u8 tg_flow_icmp4_role(__u8 type)
{
	switch (type) {
	case TG_ICMP4_ECHO:
	case TG_ICMP4_TIMESTAMP:
	case TG_ICMP4_INFO:
	case TG_ICMP4_MASK:
		return TG_FLOW_ROLE_ECHO;
	case TG_ICMP4_ECHO_REPLY:
	case TG_ICMP4_TIMESTAMP_REPLY:
	case TG_ICMP4_INFO_REPLY:
	case TG_ICMP4_MASK_REPLY:
		return TG_FLOW_ROLE_ECHO_REPLY;
	case TG_ICMP4_UNREACHABLE:
	case TG_ICMP4_QUENCH:
	case TG_ICMP4_REDIRECT:
	case TG_ICMP4_TIME_EXCEEDED:
	case TG_ICMP4_PARAMETER:
		return TG_FLOW_ROLE_ERROR;
	default:
		return TG_FLOW_ROLE_NONE;
	}
}

static __always_inline __u8 tg_flow_icmp6_role(__u8 type)
{
	if (type <= TG_ICMP6_ERROR_MAX)
		return TG_FLOW_ROLE_ERROR;
	if (type == TG_ICMP6_ECHO)
		return TG_FLOW_ROLE_ECHO;
	if (type == TG_ICMP6_ECHO_REPLY)
		return TG_FLOW_ROLE_ECHO_REPLY;
	return TG_FLOW_ROLE_NONE;
}

static __always_inline int tg_flow_is_echo(__u8 role)
{
	return role == TG_FLOW_ROLE_ECHO || role == TG_FLOW_ROLE_ECHO_REPLY;
}

static __always_inline __u8 tg_flow_role(const struct tg_flow_seen *seen)
{
	if (seen->fragment == TG_FRAG_LATER)
		return TG_FLOW_ROLE_LATER;
	switch (seen->transport) {
	case TG_L4_TCP:
		return TG_FLOW_ROLE_TCP;
	case TG_L4_UDP:
		return TG_FLOW_ROLE_UDP;
	case TG_L4_ICMP:
		return tg_flow_icmp4_role(seen->icmp_type);
	case TG_L4_ICMPV6:
		return tg_flow_icmp6_role(seen->icmp_type);
	default:
		return seen->protocol == IPPROTO_IGMP ? TG_FLOW_ROLE_NONE
						      : TG_FLOW_ROLE_OTHER;
	}
}

/* --- keys */

static __always_inline void tg_flow_set_key(struct tg_flow_packet *packet,
					    const struct tg_end *from,
					    const struct tg_end *to, __u8 form,
					    __u16 vlan)
{
	const tg_flow_word *from_words = (const tg_flow_word *)from->address;
	const tg_flow_word *to_words = (const tg_flow_word *)to->address;
	tg_flow_word *words = (tg_flow_word *)&packet->key;

	words[0] = from_words[0];
	words[1] = from_words[1];
	words[2] = to_words[0];
	words[3] = to_words[1];
	words[4] = tg_flow_last_word(from->port, to->port, from->protocol, form,
				     vlan);
	packet->is_high = tg_flow_order(&packet->key);
}

static __always_inline __u8 tg_flow_form(__u8 network)
{
	return network == TG_NET_IPV4 ? TG_FLOW_IP4 : TG_FLOW_IP6;
}

/* Requests of ICMP and their answers, from 0 for echoes; types of both
 * families.
 */
static __always_inline __u16 tg_flow_echo_kind(__u8 type)
{
	if (type < TG_ICMP4_TIMESTAMP || type > TG_ICMP4_MASK_REPLY)
		return 0;
	return ((type - TG_ICMP4_TIMESTAMP) >> 1) + 1;
}

/*
 * The key of an echo: the id, the kind of request, and whether the end that
 * asks is the higher one. An end that is asked could otherwise ask in the same
 * flow.
 */
static __always_inline void tg_flow_echo_key(struct tg_flow_packet *packet,
					     __u8 role, __u8 type, __u16 id)
{
	int is_asking = role == TG_FLOW_ROLE_ECHO;

	packet->key.low_port = id;
	packet->key.high_port =
		tg_flow_echo_kind(type) << 1 | (is_asking == packet->is_high);
}

/* The key of the packet's later fragments: the id is in both ports. */
static __always_inline void
tg_flow_fragment_key(const struct tg_flow_seen *seen, struct tg_flow_key *key)
{
	key->low_port = seen->fragment_id;
	key->high_port = seen->fragment_id >> 16;
	key->form = seen->network == TG_NET_IPV4 ? TG_FLOW_FRAGMENT4
						 : TG_FLOW_FRAGMENT6;
}

/* --- what an ICMP error quotes */

/* Whoever reads checks the size before: what is behind is of other packets. */
struct tg_flow_quote {
	const __u8 *bytes;
	__u32 size;
	__u32 at;
};

static __always_inline int tg_flow_has_bytes(const struct tg_flow_quote *quote,
					     __u32 count)
{
	return quote->at + count <= quote->size;
}

static __always_inline __u32 tg_flow_byte(const struct tg_flow_quote *quote,
					  __u32 at)
{
	at += quote->at;
	tg_barrier_var(at);
	return quote->bytes[at % TG_FLOW_BYTES];
}

static __always_inline __u32 tg_flow_word16(const struct tg_flow_quote *quote,
					    __u32 at)
{
	return tg_flow_byte(quote, at) << 8 | tg_flow_byte(quote, at + 1);
}

static __always_inline __u32 tg_flow_word32(const struct tg_flow_quote *quote,
					    __u32 at)
{
	return tg_flow_word16(quote, at) << 16 | tg_flow_word16(quote, at + 2);
}

/* The ends of the quoted packet, up to its transport header; -1: a lie. */
static __always_inline int tg_flow_quoted4(struct tg_flow_quote *quote,
					   struct tg_end *from,
					   struct tg_end *to)
{
	__u32 start = tg_flow_byte(quote, 0), size = (start & 0xf) * 4;

	if (!tg_flow_has_bytes(quote, sizeof(struct iphdr)) ||
	    start >> 4 != 4 || size < sizeof(struct iphdr) ||
	    tg_flow_word16(quote, 6) & TG_IPV4_OFFSET_MASK)
		return -1;
	from->protocol = tg_flow_byte(quote, 9);
	from->address[0] = tg_flow_word32(quote, 12);
	to->address[0] = tg_flow_word32(quote, 16);
	quote->at = size;
	return 0;
}

#define TG_FLOW_QUOTED_EXTENSIONS 4 /* more is a lie */

static __always_inline int tg_flow_quoted6(struct tg_flow_quote *quote,
					   struct tg_end *from,
					   struct tg_end *to)
{
	__u32 next = tg_flow_byte(quote, 6);

	if (!tg_flow_has_bytes(quote, sizeof(struct ipv6hdr)) ||
	    tg_flow_byte(quote, 0) >> 4 != 6)
		return -1;
	for (int i = 0; i < 4; i++) {
		from->address[i] = tg_flow_word32(quote, 8 + 4 * i);
		to->address[i] = tg_flow_word32(quote, 24 + 4 * i);
	}
	quote->at = sizeof(struct ipv6hdr);
#pragma clang loop unroll(disable)
	for (int i = 0; i < TG_FLOW_QUOTED_EXTENSIONS; i++) {
		struct tg_extension_kind kind = tg_extension_kinds[next & 0xff];

		if (!kind.bit)
			break;
		if (!tg_flow_has_bytes(quote, 8))
			return -1;
		if (kind.is_fragment &&
		    tg_flow_word16(quote, 2) & TG_IPV6_OFFSET_MASK)
			return -1;
		next = tg_flow_byte(quote, 0);
		quote->at += 8 + ((tg_flow_byte(quote, 1) & kind.mask)
				  << (kind.shift & TG_EXTENSION_SHIFT_MASK));
	}
	from->protocol = next;
	return 0;
}

/* -1: too short. */
static __always_inline int
tg_flow_quoted_ports(const struct tg_flow_quote *quote, struct tg_end *from,
		     struct tg_end *to)
{
	if (!tg_flow_has_bytes(quote, 8))
		return -1;
	if (from->protocol == IPPROTO_TCP || from->protocol == IPPROTO_UDP ||
	    from->protocol == IPPROTO_SCTP) {
		from->port = tg_flow_word16(quote, 0);
		to->port = tg_flow_word16(quote, 2);
	}
	return 0;
}

/* The role of quoted ICMP. */
static __always_inline __u8 tg_flow_quoted_role(
	const struct tg_flow_quote *quote, __u8 network, __u8 protocol)
{
	__u8 type = tg_flow_byte(quote, 0);

	if (network == TG_NET_IPV4 && protocol == IPPROTO_ICMP)
		return tg_flow_icmp4_role(type);
	if (network == TG_NET_IPV6 && protocol == IPPROTO_ICMPV6)
		return tg_flow_icmp6_role(type);
	return TG_FLOW_ROLE_OTHER;
}

/* It must be sent to the end that sent what it quotes. */
static __always_inline int tg_flow_is_to(const struct tg_end *to,
					 const struct tg_end *sender)
{
	__u32 differs = 0;

	for (int i = 0; i < 4; i++)
		differs |= to->address[i] ^ sender->address[i];
	return !differs;
}

static __always_inline int tg_flow_read_quote(struct tg_flow_room *room)
{
	struct tg_flow_quote quote = { .bytes = room->bytes,
				       .size = room->seen.size };
	struct tg_end from = { 0 }, to = { 0 };
	__u8 network = room->seen.network, role;

	if ((network == TG_NET_IPV4 ? tg_flow_quoted4(&quote, &from, &to)
				    : tg_flow_quoted6(&quote, &from, &to)) < 0)
		return -1;
	if (tg_flow_quoted_ports(&quote, &from, &to) < 0 ||
	    !tg_flow_is_to(&room->ends[TG_SIDE_TO], &from))
		return -1;
	tg_flow_set_key(&room->packet, &from, &to, tg_flow_form(network),
			room->seen.vlan);
	role = tg_flow_quoted_role(&quote, network, from.protocol);
	if (tg_flow_is_echo(role))
		tg_flow_echo_key(&room->packet, role, tg_flow_byte(&quote, 0),
				 tg_flow_word16(&quote, 4));
	else if (role != TG_FLOW_ROLE_OTHER)
		return -1;
	return 0;
}

/* --- the packet */

#define TG_TCP_OPTIONS_MAX 40
#define TG_TCP_OPTION_END 0
#define TG_TCP_OPTION_NOP 1
#define TG_TCP_OPTION_SCALE 3
#define TG_TCP_SCALE_MAX 14 /* RFC 7323 */

/* The window scale that a SYN offers. */
static __always_inline __u8 tg_flow_scale(const struct tg_flow_room *room)
{
	struct tg_flow_quote options = { .bytes = room->bytes,
					 .size = room->seen.size };
	__u32 kind, size, scale;

#pragma clang loop unroll(disable)
	for (int i = 0; i < TG_TCP_OPTIONS_MAX; i++) {
		kind = tg_flow_byte(&options, 0);
		size = tg_flow_byte(&options, 1);
		if (kind == TG_TCP_OPTION_NOP)
			size = 1;
		if (kind == TG_TCP_OPTION_END || size == 0 ||
		    !tg_flow_has_bytes(&options, size))
			break;
		scale = tg_flow_byte(&options, 2);
		if (kind == TG_TCP_OPTION_SCALE && size == 3)
			return tg_least(scale, TG_TCP_SCALE_MAX);
		options.at += size;
	}
	return TG_FLOW_NO_SCALE;
}

static __always_inline void tg_flow_read(struct tg_flow_room *room)
{
	struct tg_flow_packet *packet = &room->packet;
	const struct tg_flow_seen *seen = &room->seen;

	packet->can_keep = 0;
	packet->reopens = 0;
	packet->is_member = 0;
	packet->fact = TG_FLOW_FACT_NEW;
	packet->role = tg_flow_role(seen);
	if (packet->role == TG_FLOW_ROLE_NONE)
		return;
	if (packet->role == TG_FLOW_ROLE_TCP && room->seen.size)
		room->seen.segment.scale = tg_flow_scale(room);
	if (packet->role == TG_FLOW_ROLE_ERROR) {
		if (tg_flow_read_quote(room) < 0)
			packet->role = TG_FLOW_ROLE_LIE;
		return;
	}
	tg_flow_set_key(packet, &room->ends[TG_SIDE_FROM],
			&room->ends[TG_SIDE_TO], tg_flow_form(seen->network),
			seen->vlan);
	if (tg_flow_is_echo(packet->role))
		tg_flow_echo_key(packet, packet->role, seen->icmp_type,
				 seen->icmp_id);
	if (packet->role == TG_FLOW_ROLE_LATER)
		tg_flow_fragment_key(seen, &packet->key);
}

#endif
