/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One field of one family of packets: the sets of values that rules ask for,
 * the intervals that their borders cut the values into, and the classes of
 * intervals that no set tells apart.
 */
#ifndef TG_COMPILE_DIMENSION_H
#define TG_COMPILE_DIMENSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/hash.h"

__extension__ typedef unsigned __int128 u128;

struct span {
	u128 first, last; /* both inclusive */
};

/* Sorted, disjoint and not adjacent. */
struct span_set {
	struct span *spans;
	size_t count;
	/* the same in numbers of intervals, once there are some */
	uint32_t first_interval; /* an index into ->runs of the dimension */
	uint32_t run_count;
};

/* From an interval up to, and without, another one. */
struct interval_run {
	uint32_t first, end;
};

struct dimension {
	u128 max;
	bool can_be_absent; /* the value max + 1 stands for that */

	struct span_set *sets; /* 0 is all values, and absence */
	size_t set_count, set_room;
	struct hash set_hash;

	u128 *starts;	    /* of the intervals, in order; the first is 0 */
	uint32_t *class_of; /* each interval's */
	uint32_t interval_count, class_count;
	uint32_t *first_of_class; /* an interval; ascending */
	struct interval_run *runs;
};

int dimension_init(struct dimension *dimension, u128 max, bool can_be_absent);
void dimension_free(struct dimension *dimension);

/* The number of this set, or a negative errno. The spans are copied. */
int64_t dimension_add_set(struct dimension *dimension, const struct span *spans,
			  size_t count);

/* After the last set. */
int dimension_divide(struct dimension *dimension);

uint32_t dimension_interval_at(const struct dimension *dimension, u128 value);

#endif
