/* SPDX-License-Identifier: GPL-2.0-only */
/* How a TCP flow begins: with a handshake, or picked up in the middle. */
#ifndef TG_FLOW_TCP_OPEN_H
#define TG_FLOW_TCP_OPEN_H

#include "flow_tcp_peer.h"

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
 * SYN and ACK after others. They may be the same again, perhaps with a larger
 * window, or answer the first SYN with another sequence, or a SYN that came
 * after the connection.
 */
static __always_inline __u8
tg_flow_tcp_answer_again(const struct tg_flow_tcp_step *step, int is_inside)
{
	__u32 ack = TG_READ(step->segment->ack);

	if (!(TG_READ(step->receiver->flags) & TG_FLOW_SYN_AGAIN)) {
		__u32 max_end = ack + TG_READ(step->segment->window);
		int is_larger =
			tg_flow_tcp_end(step->segment) ==
				TG_READ(step->sender->end) &&
			tg_flow_tcp_after(max_end,
					  TG_READ(step->receiver->max_end));

		if (step->state == TG_FLOW_SYN_RECEIVED && step->is_reply &&
		    ack == TG_READ(step->receiver->end) &&
		    (is_larger || !is_inside))
			return tg_flow_tcp_answered(step, ack);
		return is_inside ? step->state : TG_FLOW_REFUSED;
	}
	/* the numbers of that SYN follow from the answer, but not its scale */
	tg_flow_tcp_pick_up(step->receiver, ack, 0, TG_FLOW_SENT_SYN);
	tg_flow_tcp_set(step->sender, TG_FLOW_HAS_SCALE);
	return tg_flow_tcp_answered(step, ack);
}

#endif
