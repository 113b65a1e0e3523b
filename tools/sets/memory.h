/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of sets in memory, and the functions of progs/include/ on it: those
 * that programs run.
 */
#ifndef TG_SETS_MEMORY_H
#define TG_SETS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "set_table.h"
#include "windows.h"

struct set_memory {
	char *start; /* mapped from the map, or a test's own */
	uint32_t lines;
	struct set_windows *windows; /* NULL: all is accessible */
};

typedef const struct set_memory *tg_set_table;

static inline void *tg_set_line(tg_set_table table, uint32_t number)
{
	if (number >= table->lines)
		return NULL;
	if (__builtin_expect(!!table->windows, 0))
		set_windows_touch(table->windows, number);
	return table->start + (size_t)number * TG_SET_LINE;
}

static inline struct tg_set_head *tg_set_head_of(tg_set_table table)
{
	return tg_set_line(table, TG_SET_HEAD_LINE);
}

/* Tests have a clock of their own: if it is not 0, it is the time. */
extern uint32_t set_clock;

static inline uint32_t tg_set_now(void)
{
	struct timespec now;

	if (set_clock)
		return set_clock;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return ((uint64_t)now.tv_sec * 1000000000 + now.tv_nsec) >>
	       TG_SET_TIME_SHIFT;
}

#include "set_change.h"

static inline struct tg_set_head *set_head(const struct set_memory *memory)
{
	return tg_set_head_of(memory);
}

static inline struct tg_set *set_line(const struct set_memory *memory,
				      unsigned int number)
{
	return tg_set_line(memory, TG_SET_SET_LINE(number));
}

#endif
