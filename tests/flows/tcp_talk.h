/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random conversations of two TCP ends over a network that loses, repeats and
 * reorders segments, as they pass a place between the ends.
 */
#ifndef TG_TCP_TALK_H
#define TG_TCP_TALK_H

#include "flows/tcp_end.h"
#include "tables/random.h"

#define TCP_TALK_QUEUE 48

struct tcp_talk_queue {
	struct tg_flow_segment segments[TCP_TALK_QUEUE];
	unsigned int count;
};

struct tcp_talk {
	struct random random;
	struct tcp_end ends[2];
	uint32_t wishes[2]; /* bytes that they still want to send */
	/* by sender: on the way to the place between them, and after it */
	struct tcp_talk_queue before[2], after[2];
	uint32_t size_max;			       /* of a segment */
	uint32_t lost, repeated, reordered, disrupted; /* percent */
	unsigned int steps;
	bool is_stuck;	  /* it does not end */
	bool has_crashed; /* an end, without a RST */
};

/* Segments have `size_max` bytes at most. */
void tcp_talk_start(struct tcp_talk *talk, uint64_t seed, uint32_t size_max);

/* The first end opens another connection to the other one. */
void tcp_talk_restart(struct tcp_talk *talk);

/* The next segment that passes; false: there is none any more. */
bool tcp_talk_next(struct tcp_talk *talk, bool *is_second,
		   struct tg_flow_segment *segment);

#endif
