/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of a packet when its flow is looked up. The parser notes what
 * only flows need while it has the header at hand.
 */
#ifndef TG_FLOW_ROOM_H
#define TG_FLOW_ROOM_H

#include "flow_tcp.h"
#include "flow_wish.h"
#include "packet_ends.h"

#define TG_FLOW_BYTES 128 /* of a header that are read by their offset */

/* What the parser has seen; the numbers of TCP are in host byte order. */
struct tg_flow_seen {
	struct tg_flow_segment segment;
	__u32 fragment_id;
	__u16 icmp_id;
	__u8 icmp_type;
	__u8 network;	/* enum tg_network */
	__u8 transport; /* enum tg_transport */
	__u8 fragment;	/* enum tg_fragment */
	__u8 protocol;
	__u8 size;  /* of `bytes`: the options of a SYN, or what an ICMP error
		       quotes */
	__u16 at;   /* where they are in the packet */
	__u16 vlan; /* TG_FLOW_VLAN(), or 0 */
};

/* What a packet is to a table of flows. */
enum tg_flow_role {
	TG_FLOW_ROLE_NONE, /* no flow is made of it */
	TG_FLOW_ROLE_TCP,
	TG_FLOW_ROLE_UDP,
	TG_FLOW_ROLE_ECHO,	 /* or another ICMP request with an id */
	TG_FLOW_ROLE_ECHO_REPLY, /* its answer */
	TG_FLOW_ROLE_OTHER,
	TG_FLOW_ROLE_LATER, /* a later fragment */
	TG_FLOW_ROLE_ERROR, /* the key is that of the quoted packet */
	TG_FLOW_ROLE_LIE,   /* an ICMP error that quotes no packet */
};

struct tg_flow_packet {
	struct tg_flow_key key;
	__u8 role;
	__u8 is_high; /* it comes from the higher end */
	__u8 fact;    /* enum tg_flow_fact */
	__u8 can_keep;
	__u8 reopens; /* a flow that has ended */
	__u8 is_member;
	__u8 unused[2];
	__u32 number; /* of its flow's way, if it is a member, */
	__u64 word;   /* and what the word was */
};

struct tg_flow_room {
	struct tg_end ends[TG_SIDES];
	struct tg_flow_seen seen;
	struct tg_flow_packet packet;
	__u8 bytes[TG_FLOW_BYTES];
	struct tg_flow_peer copy[2];
	struct tg_flow_wish wish; /* the stack is too small for it */
};

#endif
