// SPDX-License-Identifier: GPL-2.0-only
#include "flows/tcp_end.h"

#define OUT_MAX \
	(sizeof(((struct tcp_end *)0)->out) / sizeof(struct tg_flow_segment))

static bool uses_scales(const struct tcp_end *end)
{
	return end->scale != TG_FLOW_NO_SCALE &&
	       end->others_scale != TG_FLOW_NO_SCALE;
}

/* The window never takes back what it has offered. */
static uint16_t window(struct tcp_end *end, bool is_syn)
{
	int shift = is_syn || !uses_scales(end) ? 0 : end->scale;
	uint64_t space = end->space, window;

	if (end->offered > end->received + space)
		space = end->offered - end->received;
	window = (space + (1U << shift) - 1) >> shift;
	if (window > UINT16_MAX)
		window = UINT16_MAX;
	if (end->offered < end->received + (window << shift))
		end->offered = end->received + (window << shift);
	return window;
}

static void emit(struct tcp_end *end, uint8_t flags, uint64_t place,
		 uint32_t size)
{
	struct tg_flow_segment *segment = &end->out[end->out_count];

	if (end->out_count == OUT_MAX)
		return;
	end->out_count++;
	*segment = (struct tg_flow_segment){
		.seq = end->first + place,
		.size = size,
		.flags = flags,
		.scale = TG_FLOW_NO_SCALE,
		.window = window(end, flags & TG_FLOW_SYN),
	};
	if (flags & TG_FLOW_ACK)
		segment->ack = end->others_first + end->received;
	if (flags & TG_FLOW_SYN &&
	    (!(flags & TG_FLOW_ACK) || end->others_scale != TG_FLOW_NO_SCALE))
		segment->scale = end->scale;
}

void tcp_end_connect(struct tcp_end *end)
{
	end->phase = TCP_SYN_SENT;
	end->next = 1;
	end->others_scale = TG_FLOW_NO_SCALE;
	emit(end, TG_FLOW_SYN, 0, 0);
}

uint32_t tcp_end_room(const struct tcp_end *end)
{
	if (end->phase != TCP_OPEN || end->fin || end->limit <= end->next)
		return 0;
	return end->limit - end->next;
}

void tcp_end_send(struct tcp_end *end, uint32_t size, bool is_pushed)
{
	uint32_t room = tcp_end_room(end);

	if (size > room)
		size = room;
	if (!size)
		return;
	emit(end, TG_FLOW_ACK | (is_pushed ? TG_FLOW_PSH : 0), end->next, size);
	end->next += size;
}

/* A FIN needs no room in the window, at least with Linux. */
void tcp_end_close(struct tcp_end *end)
{
	if (end->phase != TCP_OPEN || end->fin)
		return;
	end->fin = end->next++;
	emit(end, TG_FLOW_FIN | TG_FLOW_ACK, end->fin, 0);
}

void tcp_end_abort(struct tcp_end *end)
{
	if (end->phase >= TCP_SYN_RECEIVED)
		emit(end, TG_FLOW_RST | TG_FLOW_ACK, end->next, 0);
	end->phase = TCP_GONE;
}

void tcp_end_crash(struct tcp_end *end)
{
	end->phase = TCP_GONE;
}

void tcp_end_ack(struct tcp_end *end)
{
	if (end->phase == TCP_OPEN)
		emit(end, TG_FLOW_ACK, end->next, 0);
}

void tcp_end_read(struct tcp_end *end, uint32_t space)
{
	end->space = space;
	tcp_end_ack(end);
}

void tcp_end_keep_alive(struct tcp_end *end)
{
	if (end->phase == TCP_OPEN)
		emit(end, TG_FLOW_ACK, end->acked - 1, 0);
}

static void send_syn(struct tcp_end *end)
{
	emit(end, TG_FLOW_SYN | TG_FLOW_ACK, 0, 0);
}

void tcp_end_send_again(struct tcp_end *end, uint32_t size)
{
	uint64_t last = end->fin ? end->fin : end->next;

	if (end->phase == TCP_SYN_SENT)
		emit(end, TG_FLOW_SYN, 0, 0);
	if (end->phase == TCP_SYN_RECEIVED)
		send_syn(end);
	if (end->phase != TCP_OPEN)
		return;
	if (end->acked < last) {
		bool is_rest = last - end->acked <= size;

		emit(end,
		     TG_FLOW_ACK | (is_rest ? TG_FLOW_PSH : 0) |
			     (is_rest && end->fin ? TG_FLOW_FIN : 0),
		     end->acked, is_rest ? last - end->acked : size);
	} else if (end->fin && end->acked == end->fin) {
		emit(end, TG_FLOW_FIN | TG_FLOW_ACK, end->fin, 0);
	} else if (!end->fin && !tcp_end_room(end)) {
		/* a byte of data more than the window has */
		emit(end, TG_FLOW_ACK | TG_FLOW_PSH, end->next++, 1);
	}
}

bool tcp_end_is_done(const struct tcp_end *end)
{
	if (end->phase == TCP_GONE || end->phase == TCP_LISTENS)
		return true;
	return end->phase == TCP_OPEN && end->got_fin && end->fin &&
	       end->acked == end->fin + 1;
}

/* --- receiving */

/* The number that is nearest to what is known, of those with these 32 bits. */
static int64_t unwrap(uint32_t number, uint32_t first, uint64_t near)
{
	return near + (int32_t)(number - first - (uint32_t)near);
}

static void reset(struct tcp_end *end, const struct tg_flow_segment *segment)
{
	struct tg_flow_segment *answer = &end->out[end->out_count];

	if (segment->flags & TG_FLOW_RST || end->out_count == OUT_MAX)
		return;
	end->out_count++;
	*answer = (struct tg_flow_segment){
		.flags = TG_FLOW_RST,
		.scale = TG_FLOW_NO_SCALE,
	};
	if (segment->flags & TG_FLOW_ACK) {
		answer->seq = segment->ack;
	} else {
		answer->flags |= TG_FLOW_ACK;
		answer->ack = tg_flow_tcp_end(segment);
	}
}

/* The other end's SYN */
static void learn_syn(struct tcp_end *end,
		      const struct tg_flow_segment *segment)
{
	end->others_first = segment->seq;
	end->others_scale = segment->scale;
	end->received = 1;
	end->offered = 1;
	end->limit = 1 + segment->window;
}

static void receive_answer(struct tcp_end *end,
			   const struct tg_flow_segment *segment)
{
	uint8_t flags = segment->flags;
	bool is_acked = flags & TG_FLOW_ACK && segment->ack == end->first + 1;

	if (flags & TG_FLOW_ACK && !is_acked) {
		reset(end, segment);
		return;
	}
	if (flags & TG_FLOW_RST) {
		if (is_acked)
			end->phase = TCP_GONE;
		return;
	}
	if (!(flags & TG_FLOW_SYN))
		return;
	learn_syn(end, segment);
	if (is_acked) {
		end->phase = TCP_OPEN;
		end->acked = 1;
		tcp_end_ack(end);
	} else {
		end->phase = TCP_SYN_RECEIVED;
		send_syn(end);
	}
}

static void receive_ack(struct tcp_end *end,
			const struct tg_flow_segment *segment, uint64_t ack)
{
	uint64_t limit = ack;

	limit += uses_scales(end) && !(segment->flags & TG_FLOW_SYN)
			 ? (uint32_t)segment->window << end->others_scale
			 : segment->window;
	if (ack > end->acked)
		end->acked = ack;
	if (limit > end->limit)
		end->limit = limit;
}

static void receive_data(struct tcp_end *end,
			 const struct tg_flow_segment *segment, uint64_t place)
{
	uint64_t last = place + segment->size;
	uint64_t limit = end->offered;
	bool is_whole = true;

	if (last > limit) {
		last = limit;
		is_whole = false;
	}
	if (place > end->received || end->got_fin) {
		if (tg_flow_tcp_length(segment))
			tcp_end_ack(end);
		return;
	}
	if (last > end->received) {
		uint32_t size = last - end->received;

		end->received = last;
		end->space -= size < end->space ? size : end->space;
	}
	if (segment->flags & TG_FLOW_FIN && is_whole && last == end->received) {
		end->got_fin = true;
		end->received++;
		if (end->offered < end->received)
			end->offered = end->received;
	}
	if (segment->size || segment->flags & TG_FLOW_FIN)
		tcp_end_ack(end);
}

/* Does any of it, or its place if it is empty, fall into the window? */
static bool is_acceptable(const struct tcp_end *end, int64_t place,
			  uint32_t length)
{
	int64_t last = place + length;

	if (place > (int64_t)end->offered)
		return false;
	return last > (int64_t)end->received ||
	       (!length && place >= (int64_t)end->received);
}

void tcp_end_receive(struct tcp_end *end, const struct tg_flow_segment *segment)
{
	uint8_t flags = segment->flags;
	int64_t place, ack;

	if (end->phase == TCP_GONE) {
		reset(end, segment);
		return;
	}
	if (end->phase == TCP_LISTENS) {
		if ((flags & (TG_FLOW_SYN | TG_FLOW_ACK | TG_FLOW_RST)) !=
		    TG_FLOW_SYN) {
			reset(end, segment);
			return;
		}
		learn_syn(end, segment);
		end->phase = TCP_SYN_RECEIVED;
		end->next = 1;
		send_syn(end);
		return;
	}
	if (end->phase == TCP_SYN_SENT) {
		receive_answer(end, segment);
		return;
	}

	place = unwrap(segment->seq, end->others_first, end->received);
	ack = unwrap(segment->ack, end->first, end->acked);
	if (flags & TG_FLOW_RST) {
		if (place == (int64_t)end->received)
			end->phase = TCP_GONE;
		else if (place > (int64_t)end->received &&
			 place <= (int64_t)end->offered)
			tcp_end_ack(end);
		return;
	}
	if (end->phase == TCP_SYN_RECEIVED && flags & TG_FLOW_SYN) {
		/* again, or the answer in a simultaneous open */
		if (flags & TG_FLOW_ACK && ack == 1) {
			end->phase = TCP_OPEN;
			end->acked = 1;
			tcp_end_ack(end);
		} else {
			send_syn(end);
		}
		return;
	}
	if (flags & TG_FLOW_SYN ||
	    !is_acceptable(end, place, tg_flow_tcp_length(segment))) {
		/* two ends must not answer each other's ACKs for ever */
		if (tg_flow_tcp_length(segment) ||
		    place < (int64_t)end->received)
			tcp_end_ack(end);
		return;
	}
	if (ack > (int64_t)end->next) {
		tcp_end_ack(end);
		return;
	}
	if (end->phase == TCP_SYN_RECEIVED) {
		if (ack < 1) {
			reset(end, segment);
			return;
		}
		end->phase = TCP_OPEN;
	}
	if (ack > 0)
		receive_ack(end, segment, ack);
	receive_data(end, segment, place);
}
