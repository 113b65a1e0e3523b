/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TCP state of a flow: RFC 9293, seen from between the ends, with the
 * checks of RFC 5961. docs/flows.md has the diagram of states.
 *
 * An end may send up to the other's acknowledgment plus window, and sends again
 * what was not acknowledged. So four numbers bound what is acceptable:
 *
 *	sequence  >= end - window of the receiver - 3
 *	sequence  <= max_end + 3
 *	ack       <= the receiver's end
 *	ack       >= the receiver's end - 2 windows of the sender - 64 KiB
 *
 * The 3 are for a keep-alive, which is one before what was acknowledged, and
 * for the probe of a closed window and a FIN, which need no window.
 *
 * Stores are few. An ordinary segment is stored only if `end` or `max_end`
 * advances by more than an eighth of the window, or if it ends a burst (PSH);
 * the bounds allow for that eighth. So of blind segments, whose numbers are
 * random, (2 windows + window / 8) of 2^32 have an acceptable sequence, and of
 * those (2 windows + window / 8 + 64 KiB) of 2^32 an acceptable ack. The scale
 * of an end whose SYN was not seen is unknown, and counts as the largest.
 *
 * A RST needs no ack, and a blind one must end nothing. It closes the flow if
 * its sequence is `end`, which is exact unless a burst is passing. During a
 * burst, after a FIN or a RST of the same end, or with the ack of all that the
 * other end sent, any sequence in the window will do: if that was wrong, the
 * next segment of either end revives the flow. Other RSTs in the window pass,
 * but change nothing: a receiver that is alive answers with a challenge ACK,
 * and the answer to that is exact.
 *
 * Two processors may judge segments of both directions at once. A direction
 * stores to its own peer's `end` and manner, and to the other's `max_end`. The
 * other direction only reads these, except in the handshake, where ends take
 * turns. They change by compare-and-swap, and only forwards, so a late
 * processor cannot take them back. If that fails twice, it is left to the next
 * segment.
 */
#ifndef TG_FLOW_TCP_H
#define TG_FLOW_TCP_H

#include "flow_tcp_open.h"

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

/* The state follows from who has sent a FIN, and if that is acknowledged. */
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
tg_flow_tcp_reset(const struct tg_flow_tcp_step *step, __u32 receiver_lag)
{
	__u8 flags = TG_READ(step->sender->flags);

	if (flags & TG_FLOW_IS_EXACT &&
	    !(flags & (TG_FLOW_SENT_FIN | TG_FLOW_SENT_RST)) &&
	    TG_READ(step->segment->seq) != TG_READ(step->sender->end) &&
	    !(TG_READ(step->segment->flags) & TG_FLOW_ACK &&
	      TG_READ(step->segment->ack) - TG_READ(step->receiver->end) <=
		      receiver_lag))
		return step->state;
	tg_flow_tcp_set(step->sender, TG_FLOW_SENT_RST);
	return TG_FLOW_CLOSED;
}

/* --- the window */

/* From `end` - window to `max_end`, and what that may lag behind. */
static __always_inline int
tg_flow_tcp_has_place(const struct tg_flow_tcp_step *step,
		      __u32 receiver_window, __u32 lag)
{
	__u32 end = TG_READ(step->sender->end);
	__u32 room = tg_flow_tcp_after(TG_READ(step->sender->max_end), end);
	__u32 back = receiver_window + TG_FLOW_SPARE;
	__u32 length = tg_flow_tcp_length(step->segment);

	return TG_READ(step->segment->seq) + length - (end - back) <=
	       back + room + lag + TG_FLOW_SPARE + length;
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
 * The first segment that passes of a socket's flow, which a tool has added: its
 * numbers are as good as any. A RST's are not: it passes, and the receiver
 * judges it.
 */
static __always_inline __u8
tg_flow_tcp_meet(const struct tg_flow_tcp_step *step)
{
	const struct tg_flow_segment *segment = step->segment;
	__u8 flags = TG_READ(segment->flags);
	__u8 sent = TG_READ(step->sender->flags) & TG_FLOW_SENT_FIN;
	__u8 received = TG_READ(step->receiver->flags) & TG_FLOW_SENT_FIN;

	if (flags & TG_FLOW_RST)
		return step->state;
	if (flags & TG_FLOW_SYN || !(flags & TG_FLOW_ACK))
		return TG_FLOW_REFUSED;
	if (flags & TG_FLOW_FIN)
		sent = TG_FLOW_SENT_FIN;
	tg_flow_tcp_pick_up(step->sender, tg_flow_tcp_end(segment),
			    TG_READ(segment->window), sent);
	tg_flow_tcp_pick_up(step->receiver, TG_READ(segment->ack), 0, received);
	return tg_flow_tcp_follow(step);
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
	int is_inside;

	if (!tg_flow_tcp_is_possible(flags))
		return TG_FLOW_REFUSED;
	if ((flags & (TG_FLOW_SYN | TG_FLOW_ACK)) == TG_FLOW_SYN)
		return tg_flow_tcp_syn(&step);
	if (state == TG_FLOW_SYN_SENT)
		return tg_flow_tcp_answer(&step);
	if ((TG_READ(step.sender->flags) | TG_READ(step.receiver->flags)) &
	    TG_FLOW_IS_UNSEEN)
		return tg_flow_tcp_meet(&step);
	/* an end that was never seen: a RST refused the flow */
	if (!TG_READ(step.sender->manner) || !TG_READ(step.receiver->manner))
		return TG_FLOW_REFUSED;

	sender_window = tg_flow_tcp_window(step.sender, step.receiver);
	receiver_window = tg_flow_tcp_window(step.receiver, step.sender);
	sender_lag = tg_flow_tcp_lag(step.sender, receiver_window);
	receiver_lag = tg_flow_tcp_lag(step.receiver, sender_window);
	is_inside = tg_flow_tcp_has_place(&step, receiver_window, sender_lag) &&
		    tg_flow_tcp_has_ack(&step, sender_window, receiver_lag);
	if (flags & TG_FLOW_SYN)
		return tg_flow_tcp_answer_again(&step, is_inside);
	if (!is_inside) {
		/* the answer of an end that has lost its own SYN and ACK */
		if (state == TG_FLOW_SYN_RECEIVED && is_reply &&
		    (flags & TG_FLOW_RST) && (flags & TG_FLOW_ACK) &&
		    TG_READ(segment->ack) == TG_READ(step.receiver->end))
			return TG_FLOW_CLOSED;
		/* nothing came back yet that says what the end may send */
		if (state == TG_FLOW_PICKED_UP && !is_reply &&
		    !(flags & TG_FLOW_RST))
			return tg_flow_tcp_begin_with(step.sender,
						      step.receiver, segment);
		return TG_FLOW_REFUSED;
	}
	if (flags & TG_FLOW_RST)
		return tg_flow_tcp_reset(&step, receiver_lag);
	tg_flow_tcp_learn(&step, sender_window, receiver_window);
	if (state == TG_FLOW_PICKED_UP && !is_reply)
		return state;
	return tg_flow_tcp_follow(&step);
}

#endif
