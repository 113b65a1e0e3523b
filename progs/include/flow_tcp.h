/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TCP state of a flow: RFC 9293, seen from between the ends, with the
 * checks of RFC 5961. docs/flows.md has the diagram of states.
 *
 * An end may send up to the other's acknowledgment plus window, and sends again
 * what was not acknowledged. So four numbers bound what is acceptable:
 *
 *	sequence  >= end - window of the receiver - 1  (a keep-alive)
 *	sequence  <= max_end
 *	ack       <= the receiver's end
 *	ack       >= the receiver's end - 2 windows of the sender - 64 KiB
 *
 * Stores are few. An ordinary segment is stored only if `end` or `max_end`
 * advances by more than an eighth of the window, or if it ends a burst (PSH);
 * the bounds allow for that eighth. So a blind segment, whose sequence and ack
 * are random, is acceptable in (window / 8 + 2 windows) of 2^32 cases, times
 * (window / 8 + 2 windows + 64 KiB) of 2^32. An end whose SYN was not seen has
 * an unknown scale; its window counts as if the scale were the largest.
 *
 * A RST needs no ack, and a blind one must end nothing. It closes the flow if
 * its sequence is `end`, which is exact unless a burst is passing. In the
 *burst, up to an eighth of the window more will do: the segments that follow it
 *revive the flow. Other RSTs in the window pass, but change nothing: the
 *receiver answers with a challenge ACK if it is alive, and the answer to that
 *is exact.
 *
 * Two processors may judge segments of both directions at once. A direction
 * stores to its own peer's `end` and manner, and to the other's `max_end`,
 *which the other only reads (except in the handshake, where ends take turns).
 *These change by compare-and-swap, and only forwards, so a late processor
 *cannot take them back; one that fails twice leaves it to the next segment.
 */
#ifndef TG_FLOW_TCP_H
#define TG_FLOW_TCP_H

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

/* --- how a flow begins */

/* A SYN's own window is never scaled; it is kept so until both are known. */
static __always_inline void
tg_flow_tcp_open(struct tg_flow_peer *peer,
		 const struct tg_flow_segment *segment)
{
	__u8 scale = TG_READ(segment->scale);
	struct tg_flow_peer opened = {
		.window = TG_READ(segment->window),
		.flags = TG_FLOW_SENT_SYN | TG_FLOW_IS_EXACT,
	};

	if (scale != TG_FLOW_NO_SCALE) {
		opened.scale =
			scale > TG_FLOW_SCALE_MAX ? TG_FLOW_SCALE_MAX : scale;
		opened.flags |= TG_FLOW_HAS_SCALE;
	}
	TG_WRITE(peer->end, tg_flow_tcp_end(segment));
	TG_WRITE(peer->max_end, TG_READ(segment->seq) + 1);
	TG_WRITE(peer->manner, opened.manner);
}

static __always_inline void tg_flow_tcp_pick_up(struct tg_flow_peer *peer,
						__u32 end, __u16 window,
						__u8 flags)
{
	struct tg_flow_peer liberal = {
		.window = window > TG_FLOW_LIBERAL_WINDOW
				  ? window
				  : TG_FLOW_LIBERAL_WINDOW,
		.scale = TG_FLOW_SCALE_MAX,
		.flags = TG_FLOW_HAS_SCALE | TG_FLOW_IS_LIBERAL | flags,
	};

	TG_WRITE(peer->end, end);
	TG_WRITE(peer->max_end, end);
	TG_WRITE(peer->manner, liberal.manner);
}

static __always_inline __u8 tg_flow_tcp_begin_with(
	struct tg_flow_peer *sender, struct tg_flow_peer *receiver,
	const struct tg_flow_segment *segment)
{
	__u8 flags = TG_READ(segment->flags);

	if (flags & TG_FLOW_SYN) {
		tg_flow_tcp_open(sender, segment);
		TG_WRITE(receiver->end, 0);
		TG_WRITE(receiver->max_end, 0);
		TG_WRITE(receiver->manner, 0);
		return TG_FLOW_SYN_SENT;
	}
	tg_flow_tcp_pick_up(sender, tg_flow_tcp_end(segment),
			    TG_READ(segment->window),
			    flags & TG_FLOW_FIN ? TG_FLOW_SENT_FIN : 0);
	tg_flow_tcp_pick_up(receiver, TG_READ(segment->ack), 0, 0);
	return TG_FLOW_PICKED_UP;
}

/*
 * The first state of the flow that a segment begins, or TG_FLOW_REFUSED if it
 * cannot begin any. `is_high`: which of the peers sends it. All of both peers
 * is stored.
 */
static __always_inline __u8
tg_flow_tcp_begin(struct tg_flow_peer peers[2], int is_high,
		  const struct tg_flow_segment *segment)
{
	__u8 flags = TG_READ(segment->flags);

	if (!tg_flow_tcp_is_possible(flags) || flags & TG_FLOW_RST ||
	    (flags & (TG_FLOW_SYN | TG_FLOW_ACK)) ==
		    (TG_FLOW_SYN | TG_FLOW_ACK))
		return TG_FLOW_REFUSED;
	return tg_flow_tcp_begin_with(&peers[is_high & 1],
				      &peers[!(is_high & 1)], segment);
}

/* --- handshakes */

/* What tg_flow_tcp_next() works on. */
struct tg_flow_tcp_step {
	struct tg_flow_peer *sender, *receiver;
	const struct tg_flow_segment *segment;
	__u8 state;
	__u8 is_reply;
};

/* A SYN's window becomes one of those that are scaled. */
static __always_inline void tg_flow_tcp_scale_down(struct tg_flow_peer *peer)
{
	__u32 unit = 1U << (TG_READ(peer->scale) & 15);

	TG_WRITE(peer->window, (TG_READ(peer->window) + unit - 1) / unit);
}

/* Both ends have sent a SYN now: each may send what the other's window has. */
static __always_inline __u8
tg_flow_tcp_answered(const struct tg_flow_tcp_step *step, __u32 ack)
{
	const struct tg_flow_segment *segment = step->segment;
	struct tg_flow_peer *sender = step->sender;
	struct tg_flow_peer *receiver = step->receiver;
	int was_scaled = TG_READ(sender->flags) & TG_READ(receiver->flags) &
			 TG_FLOW_HAS_SCALE;
	__u32 max_end = ack + TG_READ(segment->window);

	if (tg_flow_tcp_after(TG_READ(receiver->end), max_end))
		max_end = TG_READ(receiver->end);
	TG_WRITE(receiver->max_end, max_end);
	tg_flow_tcp_open(sender, segment);
	if (tg_flow_tcp_shift(sender, receiver))
		tg_flow_tcp_scale_down(sender);
	if (tg_flow_tcp_shift(receiver, sender) && !was_scaled)
		tg_flow_tcp_scale_down(receiver);
	TG_WRITE(sender->max_end, TG_READ(segment->seq) + 1 +
					  tg_flow_tcp_window(receiver, sender));
	return TG_FLOW_SYN_RECEIVED;
}

/* In the state SYN-SENT: whether a number is after the SYN, not after `end`. */
static __always_inline int tg_flow_tcp_acks_syn(const struct tg_flow_peer *peer,
						__u32 ack)
{
	__u32 start = TG_READ(peer->max_end);

	return ack - start <= TG_READ(peer->end) - start;
}

/*
 * A SYN begins the flow anew if that is over or was not answered. Otherwise it
 * passes, but changes nothing yet: the receiver answers with an ACK if it has
 * the connection, or with SYN and ACK if it has none.
 */
static __always_inline __u8 tg_flow_tcp_syn(const struct tg_flow_tcp_step *step)
{
	int is_same =
		tg_flow_tcp_end(step->segment) == TG_READ(step->sender->end);
	__u8 state = step->state;

	if (step->is_reply &&
	    TG_READ(step->receiver->flags) & TG_FLOW_SENT_SYN) {
		/* simultaneous open, or the same SYN again */
		if (state == TG_FLOW_SYN_SENT)
			return tg_flow_tcp_answered(
				step, TG_READ(step->receiver->end));
		return state == TG_FLOW_SYN_RECEIVED && is_same
			       ? state
			       : TG_FLOW_REFUSED;
	}
	if (state == TG_FLOW_SYN_SENT || state == TG_FLOW_PICKED_UP ||
	    state == TG_FLOW_TIME_WAIT || state == TG_FLOW_CLOSED)
		return tg_flow_tcp_begin_with(step->sender, step->receiver,
					      step->segment);
	if (!is_same)
		tg_flow_tcp_set(step->sender, TG_FLOW_SYN_AGAIN);
	return state;
}

/* In the state SYN-SENT, a segment that is not a SYN. */
static __always_inline __u8
tg_flow_tcp_answer(const struct tg_flow_tcp_step *step)
{
	__u8 flags = TG_READ(step->segment->flags);
	__u32 ack = TG_READ(step->segment->ack);

	if (!step->is_reply) {
		if (!(flags & TG_FLOW_RST))
			return TG_FLOW_REFUSED;
		/* or a RST for an older connection, which the other end has */
		return tg_flow_tcp_acks_syn(step->sender,
					    TG_READ(step->segment->seq))
			       ? TG_FLOW_CLOSED
			       : TG_FLOW_SYN_SENT;
	}
	/* an ACK of an older connection; the first end answers with a RST */
	if (!(flags & (TG_FLOW_SYN | TG_FLOW_RST | TG_FLOW_FIN)))
		return TG_FLOW_SYN_SENT;
	if (flags & TG_FLOW_FIN || !(flags & TG_FLOW_ACK) ||
	    !tg_flow_tcp_acks_syn(step->receiver, ack))
		return TG_FLOW_REFUSED;
	if (flags & TG_FLOW_RST)
		return TG_FLOW_CLOSED;
	return tg_flow_tcp_answered(step, ack);
}

/*
 * SYN and ACK, not in the window. They may answer the first SYN with another
 * sequence, or a SYN that came after the connection.
 */
static __always_inline __u8
tg_flow_tcp_answer_again(const struct tg_flow_tcp_step *step)
{
	__u32 ack = TG_READ(step->segment->ack);

	if (step->state == TG_FLOW_SYN_RECEIVED && step->is_reply &&
	    ack == TG_READ(step->receiver->end))
		return tg_flow_tcp_answered(step, ack);
	if (!(TG_READ(step->receiver->flags) & TG_FLOW_SYN_AGAIN))
		return TG_FLOW_REFUSED;
	/* the numbers of that SYN follow from the answer, but not its scale */
	tg_flow_tcp_pick_up(step->receiver, ack, 0, TG_FLOW_SENT_SYN);
	tg_flow_tcp_set(step->sender, TG_FLOW_HAS_SCALE);
	return tg_flow_tcp_answered(step, ack);
}

/* --- what an acceptable segment changes */

static __always_inline void
tg_flow_tcp_learn(const struct tg_flow_tcp_step *step, __u32 sender_window,
		  __u32 receiver_window)
{
	const struct tg_flow_segment *segment = step->segment;
	__u8 flags = TG_READ(segment->flags);
	struct tg_flow_tcp_change change = {
		.window = TG_READ(segment->window),
		.set = flags & TG_FLOW_FIN ? TG_FLOW_SENT_FIN : 0,
		.cleared = TG_FLOW_SYN_AGAIN | TG_FLOW_SENT_RST,
	};
	__u32 before = TG_READ(step->sender->end);
	__u32 value = tg_flow_tcp_end(segment);
	__u32 further = tg_flow_tcp_after(value, before);

	if (further && flags & (TG_FLOW_PSH | TG_FLOW_FIN)) {
		/* the burst ends here */
		change.set |= TG_FLOW_IS_EXACT;
		tg_flow_tcp_advance(&step->sender->end, before, value);
	} else if (further > receiver_window >> 3) {
		tg_flow_tcp_advance(&step->sender->end, before, value);
	} else if (further) {
		change.cleared |= TG_FLOW_IS_EXACT;
	}
	tg_flow_tcp_change(step->sender, &change);

	before = TG_READ(step->receiver->max_end);
	value = TG_READ(segment->ack) +
		((__u32)TG_READ(segment->window)
		 << tg_flow_tcp_shift(step->sender, step->receiver));
	if (tg_flow_tcp_after(value, before) > sender_window >> 3)
		tg_flow_tcp_advance(&step->receiver->max_end, before, value);
}

/* The state follows from who has sent a FIN, and whether that is acknowledged.
 */
static __always_inline __u8
tg_flow_tcp_follow(const struct tg_flow_tcp_step *step)
{
	int is_fin = TG_READ(step->segment->flags) & TG_FLOW_FIN;
	int sent = is_fin || TG_READ(step->sender->flags) & TG_FLOW_SENT_FIN;
	int received = TG_READ(step->receiver->flags) & TG_FLOW_SENT_FIN;
	int is_acked = received && !is_fin &&
		       !tg_flow_tcp_after(TG_READ(step->receiver->end),
					  TG_READ(step->segment->ack));
	__u8 state = step->state;

	if (sent && received)
		return is_acked || state == TG_FLOW_TIME_WAIT
			       ? TG_FLOW_TIME_WAIT
			       : TG_FLOW_LAST_ACK;
	if (sent || received)
		return is_acked || state == TG_FLOW_CLOSE_WAIT
			       ? TG_FLOW_CLOSE_WAIT
			       : TG_FLOW_FIN_WAIT;
	/* the handshake ends with the first end's ACK */
	if (state == TG_FLOW_SYN_RECEIVED && step->is_reply)
		return state;
	return TG_FLOW_ESTABLISHED;
}

/* A RST in the window: is it the sender's? */
static __always_inline __u8
tg_flow_tcp_reset(const struct tg_flow_tcp_step *step, __u32 sender_lag,
		  __u32 receiver_lag)
{
	__u8 flags = TG_READ(step->sender->flags);
	__u32 lag = flags & TG_FLOW_IS_EXACT ? 0 : sender_lag;

	if (TG_READ(step->segment->seq) - TG_READ(step->sender->end) > lag &&
	    !(flags & (TG_FLOW_SENT_FIN | TG_FLOW_SENT_RST)) &&
	    !(TG_READ(step->segment->flags) & TG_FLOW_ACK &&
	      TG_READ(step->segment->ack) - TG_READ(step->receiver->end) <=
		      receiver_lag))
		return step->state;
	tg_flow_tcp_set(step->sender, TG_FLOW_SENT_RST);
	return TG_FLOW_CLOSED;
}

/* --- the window */

/* From `end` - window - 1 to `max_end`, and what that may lag behind. */
static __always_inline int
tg_flow_tcp_has_place(const struct tg_flow_tcp_step *step,
		      __u32 receiver_window, __u32 lag)
{
	__u32 end = TG_READ(step->sender->end);
	__u32 room = tg_flow_tcp_after(TG_READ(step->sender->max_end), end);
	__u32 back = receiver_window + 1;
	__u32 length = tg_flow_tcp_length(step->segment);

	return TG_READ(step->segment->seq) + length - (end - back) <=
	       back + room + lag + length;
}

static __always_inline int
tg_flow_tcp_has_ack(const struct tg_flow_tcp_step *step, __u32 sender_window,
		    __u32 lag)
{
	__u8 flags = TG_READ(step->segment->flags);
	__u32 end = TG_READ(step->receiver->end);
	__u32 ack = TG_READ(step->segment->ack);
	__u32 back = 2 * sender_window + TG_FLOW_LATE_ACKS;

	/* a RST may have none, or 0 */
	if (!(flags & TG_FLOW_ACK) || (flags & TG_FLOW_RST && !ack))
		return 1;
	/* the handshake's last ACK is after the other end's SYN */
	if (step->state == TG_FLOW_SYN_RECEIVED && !step->is_reply)
		back = end - (TG_READ(step->receiver->max_end) - sender_window);
	return ack - (end - back) <= back + lag;
}

/*
 * The state after a segment, or TG_FLOW_REFUSED if the segment is invalid.
 * `is_high`: which of the peers sends it; `is_reply`: it is not the one that
 * sent the flow's first packet.
 *
 * If the answer is TG_FLOW_SYN_SENT and the state was another one, the flow
 * began anew: the packet is new, and its sender is the end that sent the first
 * packet from now on.
 */
static __always_inline __u8
tg_flow_tcp_next(struct tg_flow_peer peers[2], int is_high, int is_reply,
		 __u8 state, const struct tg_flow_segment *segment)
{
	struct tg_flow_tcp_step step = {
		.sender = &peers[is_high & 1],
		.receiver = &peers[!(is_high & 1)],
		.segment = segment,
		.state = state,
		.is_reply = !!is_reply,
	};
	__u32 sender_window, receiver_window, sender_lag, receiver_lag;
	__u8 flags = TG_READ(segment->flags);

	if (!tg_flow_tcp_is_possible(flags))
		return TG_FLOW_REFUSED;
	if ((flags & (TG_FLOW_SYN | TG_FLOW_ACK)) == TG_FLOW_SYN)
		return tg_flow_tcp_syn(&step);
	if (state == TG_FLOW_SYN_SENT)
		return tg_flow_tcp_answer(&step);
	/* an end that was never seen: a RST refused the flow */
	if (!TG_READ(step.sender->manner) || !TG_READ(step.receiver->manner))
		return TG_FLOW_REFUSED;

	sender_window = tg_flow_tcp_window(step.sender, step.receiver);
	receiver_window = tg_flow_tcp_window(step.receiver, step.sender);
	sender_lag = tg_flow_tcp_lag(step.sender, receiver_window);
	receiver_lag = tg_flow_tcp_lag(step.receiver, sender_window);
	if (!tg_flow_tcp_has_place(&step, receiver_window, sender_lag) ||
	    !tg_flow_tcp_has_ack(&step, sender_window, receiver_lag)) {
		if (flags & TG_FLOW_SYN)
			return tg_flow_tcp_answer_again(&step);
		/* nothing came back yet that says what the end may send */
		if (state == TG_FLOW_PICKED_UP && !is_reply &&
		    !(flags & TG_FLOW_RST))
			return tg_flow_tcp_begin_with(step.sender,
						      step.receiver, segment);
		return TG_FLOW_REFUSED;
	}
	if (flags & TG_FLOW_SYN)
		return state;
	if (flags & TG_FLOW_RST)
		return tg_flow_tcp_reset(&step, sender_lag, receiver_lag);
	tg_flow_tcp_learn(&step, sender_window, receiver_window);
	if (state == TG_FLOW_PICKED_UP && !is_reply)
		return state;
	return tg_flow_tcp_follow(&step);
}

#endif
