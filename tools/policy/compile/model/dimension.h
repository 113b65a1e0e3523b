/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One field of one family: the sets of values that rules use, the intervals
 * between the borders of all sets, and the classes of intervals that are in the
 * same sets. A lookup only needs a value's class.
 */
#ifndef TG_COMPILE_DIMENSION_H
#define TG_COMPILE_DIMENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/hash.h"

__extension__ typedef unsigned __int128 u128;

struct span {
	u128 first, last; /* inclusive */
};

/* Sorted, disjoint and not adjacent. */
struct span_set {
	struct span *spans;
	size_t count;
	/* the same as interval indexes, set by dimension_divide() */
	uint32_t first_interval; /* index into dimension->runs */
	uint32_t run_count;
};

/* Intervals from the first up to, but excluding, the last. */
struct interval_run {
	uint32_t first, end;
};

struct dimension {
	u128 max;
	bool can_be_absent; /* value max + 1 means "absent" */

	struct span_set *sets; /* set 0: all values, and absence */
	size_t set_count, set_room;
	struct hash set_hash;

	u128 *starts;	    /* of intervals, ascending; the first is 0 */
	uint32_t *class_of; /* for each interval */
	uint32_t interval_count, class_count;
	uint32_t *first_of_class; /* an interval for each class; ascending */
	struct interval_run *runs;
};

int dimension_init(struct dimension *dimension, u128 max, bool can_be_absent);
void dimension_free(struct dimension *dimension);

/*
 * Adds a set, or finds an equal one. Returns its number or a negative errno.
 * The spans are copied.
 */
int64_t dimension_add_set(struct dimension *dimension, const struct span *spans,
			  size_t count);

/* Computes intervals and classes, after the last set was added. */
int dimension_divide(struct dimension *dimension);

uint32_t dimension_interval_at(const struct dimension *dimension, u128 value);

#endif
