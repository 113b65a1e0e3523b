/* SPDX-License-Identifier: GPL-2.0-only */
/* Walk through a table of limits, and count what is in use. */
#ifndef TG_LIMITS_TABLE_H
#define TG_LIMITS_TABLE_H

#include "memory.h"

struct limit_counts {
	uint32_t keys;	 /* in use: their schedule is ahead of the clock */
	uint32_t totals; /* the same, of limits without a key */
};

void limit_table_count(const struct line_map *map, uint64_t now,
		       struct limit_counts *counts);

/* A way that is in use, as it was at one moment. */
struct limit_found {
	struct tg_limit_way way;
	struct tg_limit_note note; /* may be that of the name before */
	struct tg_limit_way *place;
};

/* False ends the walk. */
typedef bool limit_visit_fn(void *context, const struct limit_found *found);

/*
 * Calls the function for each way that is in use. False if it was ended.
 */
bool limit_table_visit(const struct line_map *map, uint64_t now,
		       limit_visit_fn *visit, void *context);

/* The key's next packet finds the limit as if it had never been used. */
void limit_forget(const struct limit_found *found, uint64_t now);

#endif
