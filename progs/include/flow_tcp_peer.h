/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Segments of TCP, and the peers of a flow: reading them, and changing them
 * while another processor does so, too. flow_tcp.h says when.
 */
#ifndef TG_FLOW_TCP_PEER_H
#define TG_FLOW_TCP_PEER_H

#include "flow_table.h"

/* One load or store of the whole word, where it stands. */
#define TG_READ(place) (*(const volatile __typeof__(place) *)&(place))
#define TG_WRITE(place, value) \
	(*(volatile __typeof__(place) *)&(place) = (value))

#define TG_FLOW_REFUSED 0xff /* for a state: the segment is invalid */
#define TG_FLOW_NO_SCALE 0xff
#define TG_FLOW_SCALE_MAX 14

/* A window that an end may have had before it was seen: 16 MiB if scaled. */
#define TG_FLOW_LIBERAL_WINDOW 1024

#define TG_FLOW_LATE_ACKS 65536
#define TG_FLOW_SPARE 3

enum tg_flow_tcp_flag {
	TG_FLOW_FIN = 1 << 0,
	TG_FLOW_SYN = 1 << 1,
	TG_FLOW_RST = 1 << 2,
	TG_FLOW_PSH = 1 << 3,
	TG_FLOW_ACK = 1 << 4,
	TG_FLOW_URG = 1 << 5,
};

/* Read where it is needed: registers are few. */
struct tg_flow_segment {
	__u32 seq, ack;
	__u32 size; /* of the data; SYN and FIN are counted here, not there */
	__u16 window;
	__u8 flags;
	__u8 scale; /* of its SYN's option, or TG_FLOW_NO_SCALE */
};

_Static_assert(sizeof(struct tg_flow_segment) == 16, "no byte is undefined");

/* --- segments */

/*
 * Bit n is set if the combination n is possible: FIN, SYN and RST as they are,
 * then ACK and URG. The others do not matter.
 */
#define TG_FLOW_POSSIBLE                                         \
	(1U << 0x02 /* SYN */ | 1U << 0x12 /* SYN, URG */ |      \
	 1U << 0x0a /* SYN, ACK */ | 1U << 0x04 /* RST */ |      \
	 1U << 0x0c /* RST, ACK */ | 1U << 0x09 /* FIN, ACK */ | \
	 1U << 0x19 /* FIN, ACK, URG */ | 1U << 0x08 /* ACK */ | \
	 1U << 0x18 /* ACK, URG */)

static __always_inline int tg_flow_tcp_is_possible(__u8 flags)
{
	__u32 number = (flags & 7) | (flags & 0x30) >> 1;

	return TG_FLOW_POSSIBLE >> number & 1;
}

/* What it takes of the sequence space: SYN and FIN count as a byte each. */
static __always_inline __u32
tg_flow_tcp_length(const struct tg_flow_segment *segment)
{
	__u8 flags = TG_READ(segment->flags);

	return TG_READ(segment->size) + (flags >> 1 & 1) + (flags & 1);
}

static __always_inline __u32
tg_flow_tcp_end(const struct tg_flow_segment *segment)
{
	return TG_READ(segment->seq) + tg_flow_tcp_length(segment);
}

/* --- peers */

/* How far a number is after another one; 0 if it is not. */
static __always_inline __u32 tg_flow_tcp_after(__u32 number, __u32 other)
{
	__s32 distance = number - other;

	return distance > 0 ? distance : 0;
}

/* `*number` becomes `value`, unless it is there or beyond already. */
static __always_inline void tg_flow_tcp_advance(__u32 *number, __u32 seen,
						__u32 value)
{
	__u32 found = __sync_val_compare_and_swap(number, seen, value);

	if (found != seen && tg_flow_tcp_after(value, found))
		__sync_val_compare_and_swap(number, found, value);
}

/* What becomes of a peer's manner: flags change, the window only grows. */
struct tg_flow_tcp_change {
	__u16 window;
	__u8 set, cleared;
};

static __always_inline __u32
tg_flow_tcp_changed(__u32 manner, const struct tg_flow_tcp_change *change)
{
	struct tg_flow_peer peer = { .manner = manner };

	if (peer.window < change->window)
		peer.window = change->window;
	peer.flags = (peer.flags & ~change->cleared) | change->set;
	return peer.manner;
}

static __always_inline void
tg_flow_tcp_change(struct tg_flow_peer *peer,
		   const struct tg_flow_tcp_change *change)
{
	__u32 seen = TG_READ(peer->manner);
	__u32 next = tg_flow_tcp_changed(seen, change), found;

	if (next == seen)
		return;
	found = __sync_val_compare_and_swap(&peer->manner, seen, next);
	if (found != seen)
		__sync_val_compare_and_swap(&peer->manner, found,
					    tg_flow_tcp_changed(found, change));
}

static __always_inline void tg_flow_tcp_set(struct tg_flow_peer *peer,
					    __u8 flag)
{
	struct tg_flow_tcp_change change = { .set = flag };

	tg_flow_tcp_change(peer, &change);
}

/* How far a peer's windows are shifted: both ends must have a scale. */
static __always_inline __u32 tg_flow_tcp_shift(const struct tg_flow_peer *peer,
					       const struct tg_flow_peer *other)
{
	__u8 both = TG_READ(peer->flags) & TG_READ(other->flags);

	return both & TG_FLOW_HAS_SCALE ? TG_READ(peer->scale) & 15 : 0;
}

/* In bytes, the largest that it has offered to the other. */
static __always_inline __u32 tg_flow_tcp_window(
	const struct tg_flow_peer *peer, const struct tg_flow_peer *other)
{
	return (__u32)TG_READ(peer->window) << tg_flow_tcp_shift(peer, other);
}

/* How far a peer may be ahead of the `end` and `max_end` that are stored. */
static __always_inline __u32 tg_flow_tcp_lag(const struct tg_flow_peer *peer,
					     __u32 others_window)
{
	return TG_READ(peer->flags) & TG_FLOW_IS_LIBERAL ? others_window
							 : others_window >> 3;
}

#endif
