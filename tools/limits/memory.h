/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of limits in memory: its head, and what a schedule says. */
#ifndef TG_LIMITS_MEMORY_H
#define TG_LIMITS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "lib/line_map.h"
#include "limit_table.h"

/* Tests have a clock of their own: if it is not 0, it is the time. */
extern uint64_t limit_clock;

static inline uint64_t limit_now(void)
{
	struct timespec now;

	if (limit_clock)
		return limit_clock;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return TG_LIMIT_TIME((uint64_t)now.tv_sec * 1000000000 + now.tv_nsec);
}

static inline struct tg_limit_head *limit_head(const struct line_map *map)
{
	return line_map_line(map, TG_LIMIT_HEAD_LINE);
}

/* Keys that a table of as many buckets is for, as TG_LIMIT_BUCKETS() says. */
static inline uint32_t limit_table_room(uint32_t buckets)
{
	return (uint64_t)buckets * TG_LIMIT_WAYS * 4 / 5;
}

/* Whether the head is one that this version has written for such a map. */
static inline bool limit_head_is_sound(const struct tg_limit_head *head,
				       uint32_t lines)
{
	return head->version == TG_LIMIT_VERSION && head->lines == lines &&
	       head->buckets && head->buckets < lines &&
	       (uint64_t)TG_LIMIT_FIRST_BUCKET +
			       (uint64_t)TG_LIMIT_BUCKET_LINES *
				       (TG_LIMIT_TOTALS + head->buckets) <=
		       lines;
}

/*
 * How far a schedule is ahead of the clock, 0 if it is not. `beyond`: none of
 * the limit is as far, so it is from before the clock's last wrap.
 */
static inline uint64_t limit_ahead(uint64_t schedule, uint64_t now,
				   uint64_t beyond)
{
	uint64_t ahead = schedule - now;

	return ahead > beyond ? 0 : ahead;
}

#endif
