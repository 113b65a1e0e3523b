// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "flows/tcp_talk.h"

/* After as many steps nothing is lost any more, so that all ends. */
#define STEPS_CALM 600
#define STEPS_MAX 20000

static uint32_t below(struct tcp_talk *talk, uint32_t limit)
{
	return random_below(&talk->random, limit);
}

static bool is(struct tcp_talk *talk, uint32_t percent)
{
	return talk->steps < STEPS_CALM && random_is(&talk->random, percent);
}

/* --- queues */

static void put(struct tcp_talk_queue *queue,
		const struct tg_flow_segment *segment)
{
	if (queue->count < TCP_TALK_QUEUE)
		queue->segments[queue->count++] = *segment;
}

static struct tg_flow_segment take(struct tcp_talk *talk,
				   struct tcp_talk_queue *queue)
{
	unsigned int number = 0;
	struct tg_flow_segment segment;

	if (is(talk, talk->reordered))
		number = below(talk, queue->count);
	segment = queue->segments[number];
	if (!is(talk, talk->repeated)) {
		queue->count--;
		memmove(&queue->segments[number], &queue->segments[number + 1],
			(queue->count - number) * sizeof(segment));
	}
	return segment;
}

/* What an end has to send goes on its way. */
static void dispatch(struct tcp_talk *talk, int number)
{
	struct tcp_end *end = &talk->ends[number];

	for (unsigned int i = 0; i < end->out_count; i++)
		put(&talk->before[number], &end->out[i]);
	end->out_count = 0;
}

/* --- what ends do */

static uint32_t some_space(struct tcp_talk *talk)
{
	static const uint32_t spaces[] = { 0,	   1,	    1000,
					   8000,   65535,   70000,
					   400000, 4000000, 1000000000 };

	return spaces[below(talk, sizeof(spaces) / sizeof(*spaces))];
}

static void prepare(struct tcp_talk *talk, int number)
{
	struct tcp_end *end = &talk->ends[number];
	uint32_t first = random_next(&talk->random);

	/* many wrap soon */
	if (below(talk, 3) == 0)
		first = -below(talk, 200000);
	*end = (struct tcp_end){
		.phase = TCP_LISTENS,
		.first = first,
		.others_scale = TG_FLOW_NO_SCALE,
		.scale = below(talk, 4) ? below(talk, 15) : TG_FLOW_NO_SCALE,
		.space_max = some_space(talk),
	};
	if (!end->space_max)
		end->space_max = 500;
	end->space = end->space_max;
	talk->wishes[number] = below(talk, 3) ? below(talk, 300000) : 0;
}

void tcp_talk_restart(struct tcp_talk *talk)
{
	talk->steps = 0;
	talk->has_crashed = false;
	for (int i = 0; i < 2; i++) {
		talk->before[i].count = talk->after[i].count = 0;
		prepare(talk, i);
	}
	talk->lost = below(talk, 3) ? 0 : below(talk, 30);
	talk->repeated = below(talk, 3) ? 0 : below(talk, 20);
	talk->reordered = below(talk, 3) ? 0 : below(talk, 50);
	talk->disrupted = below(talk, 4) ? 0 : 1;
	if (below(talk, 16) == 0)
		talk->ends[1].phase = TCP_GONE;
	tcp_end_connect(&talk->ends[0]);
	dispatch(talk, 0);
}

void tcp_talk_start(struct tcp_talk *talk, uint64_t seed, uint32_t size_max)
{
	*talk = (struct tcp_talk){ .random = { seed }, .size_max = size_max };
	tcp_talk_restart(talk);
	if (below(talk, 16) == 0 && talk->ends[1].phase == TCP_LISTENS) {
		tcp_end_connect(&talk->ends[1]);
		dispatch(talk, 1);
	}
}

static void send(struct tcp_talk *talk, int number)
{
	struct tcp_end *end = &talk->ends[number];
	uint32_t size = 1 + below(talk, talk->size_max);
	uint32_t room = tcp_end_room(end);

	if (size > room)
		size = room;
	if (size > talk->wishes[number])
		size = talk->wishes[number];
	talk->wishes[number] -= size;
	tcp_end_send(end, size, !talk->wishes[number] || !below(talk, 8));
}

static void act(struct tcp_talk *talk, int number)
{
	struct tcp_end *end = &talk->ends[number];

	if (is(talk, talk->disrupted)) {
		talk->has_crashed |= below(talk, 2);
		if (talk->has_crashed)
			tcp_end_crash(end);
		else
			tcp_end_abort(end);
		return;
	}
	switch (below(talk, 16)) {
	case 0:
		if (!talk->wishes[number])
			tcp_end_close(end);
		break;
	case 1:
		tcp_end_send_again(end, 1 + below(talk, talk->size_max));
		break;
	case 2:
		tcp_end_keep_alive(end);
		break;
	case 3:
		tcp_end_ack(end);
		break;
	case 4:
		tcp_end_read(end, end->space_max);
		break;
	case 5:
		tcp_end_read(end, below(talk, end->space_max));
		break;
	default:
		send(talk, number);
	}
}

/* Nothing is on the way: timers run out. */
static void wake(struct tcp_talk *talk, int number)
{
	struct tcp_end *end = &talk->ends[number];

	if (tcp_end_is_done(end))
		return;
	if (end->space < end->space_max)
		tcp_end_read(end, end->space_max);
	if (talk->steps > STEPS_CALM)
		talk->wishes[number] = 0;
	if (talk->wishes[number])
		send(talk, number);
	else if (end->phase == TCP_OPEN && !end->fin)
		tcp_end_close(end);
	else if (!end->fin || end->acked <= end->fin)
		tcp_end_send_again(end, talk->size_max);
	else
		tcp_end_keep_alive(end);
}

/* --- the network */

static bool is_over(const struct tcp_talk *talk)
{
	for (int i = 0; i < 2; i++)
		if (talk->before[i].count || talk->after[i].count ||
		    !tcp_end_is_done(&talk->ends[i]))
			return false;
	return true;
}

static void move(struct tcp_talk *talk, int number)
{
	if (talk->after[number].count && below(talk, 3)) {
		struct tg_flow_segment segment =
			take(talk, &talk->after[number]);

		tcp_end_receive(&talk->ends[!number], &segment);
		dispatch(talk, !number);
		return;
	}
	if (below(talk, 3) == 0)
		act(talk, number);
	else if (!talk->before[0].count && !talk->before[1].count &&
		 !talk->after[0].count && !talk->after[1].count)
		wake(talk, number);
	dispatch(talk, number);
}

bool tcp_talk_next(struct tcp_talk *talk, bool *is_second,
		   struct tg_flow_segment *segment)
{
	while (!is_over(talk)) {
		int number = below(talk, 2);

		if (++talk->steps == STEPS_MAX) {
			talk->is_stuck = true;
			return false;
		}
		if (!talk->before[number].count || below(talk, 3) == 0) {
			move(talk, number);
			continue;
		}
		/* some are lost before they come by */
		*segment = take(talk, &talk->before[number]);
		if (is(talk, talk->lost))
			continue;
		if (!is(talk, talk->lost))
			put(&talk->after[number], segment);
		*is_second = number;
		return true;
	}
	return false;
}
