/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of flows in memory, and the functions of progs/include/ on it: those
 * that programs run.
 */
#ifndef TG_FLOWS_MEMORY_H
#define TG_FLOWS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "flow_table.h"

struct flow_memory {
	char *start; /* mapped from the map, or a test's own */
	uint32_t lines;
};

typedef const struct flow_memory *tg_flow_table;

static inline void *tg_flow_line(tg_flow_table memory, uint32_t number)
{
	return number < memory->lines
		       ? memory->start + (size_t)number * TG_FLOW_LINE
		       : NULL;
}

/* Tests have a clock of their own: if it is not 0, it is the time. */
extern uint32_t flow_clock;

static inline uint32_t tg_flow_now(void)
{
	struct timespec now;

	if (flow_clock)
		return flow_clock;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return ((uint64_t)now.tv_sec * 1000000000 + now.tv_nsec) >>
	       TG_FLOW_TIME_SHIFT;
}

static inline uint32_t tg_flow_clock(const struct tg_flow_head *head,
				     bool is_frozen)
{
	(void)head, (void)is_frozen;
	return tg_flow_now();
}

#include "flow_add.h"

static inline struct tg_flow_head *flow_head(const struct flow_memory *memory)
{
	return tg_flow_line(memory, TG_FLOW_HEAD_LINE);
}

/* Flows that a table of as many buckets is for, as TG_FLOW_BUCKETS() says. */
static inline uint32_t flow_table_room(uint32_t buckets)
{
	return (uint64_t)buckets * TG_FLOW_WAYS * 10 / 11;
}

/* Whether the head is one that this version has written for such a map. */
static inline bool flow_head_is_sound(const struct tg_flow_head *head,
				      uint32_t lines)
{
	return lines >= TG_FLOW_LINES(1) && head->version == TG_FLOW_VERSION &&
	       head->lines == lines && head->buckets &&
	       head->buckets < lines / TG_FLOW_WAYS &&
	       TG_FLOW_LINES(head->buckets) <= lines;
}

#endif
