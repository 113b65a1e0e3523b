/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions of progs/include/ on a table of limits in memory. */
#ifndef TG_LIMITS_ASK_H
#define TG_LIMITS_ASK_H

#include "memory.h"

typedef const struct line_map *tg_limit_table;

static inline void *tg_limit_line(tg_limit_table table, uint32_t number)
{
	return line_map_line(table, number);
}

static inline uint64_t tg_limit_now(void)
{
	return limit_now();
}

/* Tools take the time from the program's wish, and charge nothing. */
static inline uint64_t tg_limit_ticks(void)
{
	return 0;
}

#include "limit_ask.h"

#endif
