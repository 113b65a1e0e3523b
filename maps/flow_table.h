/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of a table of flows: what `established` in a policy looks up, and
 * what `keep` adds to.
 *
 * An array map of lines of 64 bytes, which tools write through mmap while
 * programs read and change it. One table serves all hooks of an attachment, or
 * of an instance. docs/flows.md has the picture.
 *
 *	head	one line: how many buckets, and the secret of the hash
 *	words	a line for each bucket: a word for each of its 8 ways
 *	flows	8 lines for each bucket
 *
 * A flow has one entry, whichever of its ends sends. It is in one of two
 * buckets. A word has a mark, 16 bits of the hash, and only flows whose mark is
 * right are read; it also has the state and the deadline, so that most packets
 * of a flow write nothing, and a change of state is one compare-and-swap.
 *
 * Adding: a way that is free, has expired or may be evicted is claimed by a
 * compare-and-swap of its word to TG_FLOW_BUSY; the flow follows, then a word
 * with the state TG_FLOW_PENDING. The processor that adds then looks through
 * both buckets. If the flow is there, it frees its own way again, unless the
 * other entry is pending in a later way: that one gets the flag
 * TG_FLOW_WITHDRAWN. A last compare-and-swap replaces PENDING by the first
 * state; it fails if the flag was set, and the way is freed by the processor
 * that claimed it. So of two processors that add a flow at the same time
 * exactly one succeeds.
 *
 * BUSY and PENDING words have a deadline, too, for tools that are killed while
 * they add: a program always gets to the end. An expired PENDING word is
 * claimed like any other. A BUSY word is never claimed, as its owner may still
 * write the flow: a tool frees it, a minute after its deadline.
 *
 * A reader reads the word, the key, and the word again: the key belongs to the
 * word if that has not changed.
 */
#ifndef TG_FLOW_TABLE_H
#define TG_FLOW_TABLE_H

#include <linux/types.h>

#define TG_FLOW_VERSION 2
#define TG_FLOW_LINE 64

/* --- keys: both ends, the lower one first, so that directions do not matter */

struct tg_flow_key {
	__u32 low[4], high[4]; /* host byte order; an IPv4 address is [0] */
	__u16 low_port;	       /* ICMP: the id */
	__u16 high_port;       /* ICMP: 1 if the high end asks */
	__u8 protocol;
	__u8 form;  /* enum tg_flow_form */
	__u16 vlan; /* TG_FLOW_VLAN(), or 0 */
} __attribute__((aligned(8)));

_Static_assert(sizeof(struct tg_flow_key) == 40, "no byte is undefined");

enum tg_flow_form {
	TG_FLOW_IP4 = 1,
	TG_FLOW_IP6,
	/* later fragments: the ports are the id of the packet */
	TG_FLOW_FRAGMENT4,
	TG_FLOW_FRAGMENT6,
};

/* Only if the policy keeps VLANs apart. */
#define TG_FLOW_VLAN(id) (0x1000 | (id))

/* --- states */

/* What goes first when a bucket is full. */
enum tg_flow_rank {
	TG_FLOW_LAST,	   /* stays until it expires */
	TG_FLOW_UNREPLIED, /* makes room for any other flow */
	TG_FLOW_CLOSING,   /* the same, and goes before those */
};

/*
 * TG_FLOW_STATE(NAME, text, seconds, rank): how long a flow stays in a state
 * without packets, as in nf_conntrack; a policy may say otherwise. The state
 * includes the protocol.
 */
/* clang-format off */
#define TG_FLOW_STATE_LIST(TG_FLOW_STATE)                                      \
	TG_FLOW_STATE(PENDING, "pending", 1, UNREPLIED)                        \
	TG_FLOW_STATE(SYN_SENT, "syn-sent", 120, UNREPLIED)                    \
	TG_FLOW_STATE(SYN_RECEIVED, "syn-received", 60, UNREPLIED)             \
	/* its first packet was not a SYN, and nothing came back yet */        \
	TG_FLOW_STATE(PICKED_UP, "picked-up", 300, UNREPLIED)                  \
	TG_FLOW_STATE(ESTABLISHED, "established", 432000, LAST)                \
	TG_FLOW_STATE(FIN_WAIT, "fin-wait", 120, CLOSING)                      \
	TG_FLOW_STATE(CLOSE_WAIT, "close-wait", 60, CLOSING)                   \
	TG_FLOW_STATE(LAST_ACK, "last-ack", 30, CLOSING)                       \
	TG_FLOW_STATE(TIME_WAIT, "time-wait", 120, CLOSING)                    \
	TG_FLOW_STATE(CLOSED, "closed", 10, CLOSING)                           \
	TG_FLOW_STATE(UDP_SENT, "udp-sent", 30, UNREPLIED)                     \
	TG_FLOW_STATE(UDP_REPLIED, "udp-replied", 30, UNREPLIED)               \
	/* the first end sent again after an answer */                         \
	TG_FLOW_STATE(UDP_STREAM, "udp-stream", 120, LAST)                     \
	TG_FLOW_STATE(ICMP_SENT, "icmp-sent", 30, UNREPLIED)                   \
	TG_FLOW_STATE(ICMP_REPLIED, "icmp-replied", 30, UNREPLIED)             \
	TG_FLOW_STATE(OTHER_SENT, "other-sent", 600, UNREPLIED)                \
	TG_FLOW_STATE(OTHER_REPLIED, "other-replied", 600, LAST)               \
	TG_FLOW_STATE(FRAGMENTS, "fragments", 30, CLOSING)
/* clang-format on */

enum tg_flow_state {
#define TG_FLOW_ENUM(name, ...) TG_FLOW_##name,
	TG_FLOW_STATE_LIST(TG_FLOW_ENUM)
#undef TG_FLOW_ENUM
		TG_FLOW_STATES,
};

#define TG_FLOW_STATES_MAX 32 /* more than there are: a mask bounds them */

_Static_assert(TG_FLOW_STATES <= TG_FLOW_STATES_MAX, "an entry for each");

/* --- a flow */

/* What one end of a TCP connection has sent: numbers as in the packets. */
struct tg_flow_peer {
	__u32 end;     /* after the last byte that it sent */
	__u32 max_end; /* up to which the other end lets it send */
	union {
		struct {
			__u16 window; /* the largest that it has offered */
			__u8 scale;   /* of its windows, if both ends have it */
			__u8 flags;   /* enum tg_flow_peer_flag */
		};
		__u32 manner; /* these three, which change as one word */
	};
};

enum tg_flow_peer_flag {
	TG_FLOW_SENT_SYN = 1 << 0,
	TG_FLOW_HAS_SCALE = 1 << 1, /* its SYN had the option */
	TG_FLOW_SENT_FIN = 1 << 2,
	/* we have not seen its SYN: its scale is not known */
	TG_FLOW_IS_LIBERAL = 1 << 3,
	TG_FLOW_SENT_RST = 1 << 4,  /* and nothing since */
	TG_FLOW_IS_EXACT = 1 << 5,  /* no segment after `end` has passed */
	TG_FLOW_SYN_AGAIN = 1 << 6, /* a SYN of another connection */
	/*
	 * A tool has added the flow of a socket: the numbers and the window are
	 * those of the first segment that passes.
	 */
	TG_FLOW_IS_UNSEEN = 1 << 7,
};

struct tg_flow {
	struct tg_flow_key key;
	struct tg_flow_peer peers[2]; /* low, high */
};

_Static_assert(sizeof(struct tg_flow) == TG_FLOW_LINE, "a line");

/* --- words of a bucket */

#define TG_FLOW_WAYS 8
#define TG_FLOW_CHOICES 2 /* buckets that a flow may be in */

/* A mark, enum tg_flow_state, enum tg_flow_flag and the deadline. */
#define TG_FLOW_WORD(mark, state, flags, deadline)        \
	((__u64)(deadline) << 32 | (__u32)(flags) << 24 | \
	 (__u32)(state) << 16 | (__u16)(mark))
#define TG_FLOW_MARK(word) ((__u16)(word))
#define TG_FLOW_STATE_OF(word) ((__u8)((word) >> 16))
#define TG_FLOW_FLAGS(word) ((__u8)((word) >> 24))
#define TG_FLOW_DEADLINE(word) ((__u32)((word) >> 32))

enum tg_flow_flag {
	TG_FLOW_BY_HIGH = 1 << 0, /* the first packet came from that end */
	/* PENDING: another processor adds the same flow, this one stops */
	TG_FLOW_WITHDRAWN = 1 << 7,
};

/* Marks that are none. */
#define TG_FLOW_FREE 0
#define TG_FLOW_BUSY 1
#define TG_FLOW_MARK_MIN 2

/* --- time: in units of 2^26 ns, 67 ms, of the clock CLOCK_MONOTONIC_COARSE */
#define TG_FLOW_TIME_SHIFT 26
#define TG_FLOW_TIME(seconds) \
	((__u32)((1000000000 * (__u64)(seconds)) >> TG_FLOW_TIME_SHIFT))

/*
 * A packet prolongs its flow only if an eighth of the state's time has passed
 * since that was done last.
 */
#define TG_FLOW_AGE_SHIFT 3

/* --- the head */
#define TG_FLOW_SECRETS 10

struct tg_flow_head {
	__u32 version; /* 0: a table that no tool has prepared holds no flow */
	__u32 lines;   /* of the table */
	__u32 buckets;
	__u32 flows;  /* that it was made for */
	__u32 tick;   /* of the kernel, in ns; 0: programs ask its clock */
	__u32 origin; /* the number of the tick at time 0; 0: not known yet */
	__u32 secret[TG_FLOW_SECRETS];
};

_Static_assert(sizeof(struct tg_flow_head) == TG_FLOW_LINE, "line 0");

#define TG_FLOW_HEAD_LINE 0
#define TG_FLOW_FIRST_BUCKET 1 /* the line of its words */
#define TG_FLOW_LINES(buckets) (TG_FLOW_FIRST_BUCKET + 9 * (buckets))
#define TG_FLOW_FIRST_FLOW(buckets) (TG_FLOW_FIRST_BUCKET + (buckets))

/*
 * A table for as many flows has a tenth more ways, so that two full buckets
 * before that are rare: 79 bytes a flow.
 */
#define TG_FLOW_BUCKETS(flows) ((((flows) + (flows) / 10) + 7) / TG_FLOW_WAYS)
#define TG_FLOWS_DEFAULT 131072

/*
 * The lines that the map has in objects as built: a number of its own, as
 * tg-splice finds it in the object's types and replaces it by the table's.
 */
#define TG_FLOW_LINES_BUILT 10007

#endif
