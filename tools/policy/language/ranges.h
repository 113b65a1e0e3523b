/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of values, stored as sorted ranges that neither overlap nor touch. */
#ifndef TG_POLICY_RANGES_H
#define TG_POLICY_RANGES_H

#include "lib/arena.h"
#include "policy.h"

struct ranges {
	struct policy_range *list;
	size_t count, room;
	struct arena *arena; /* for the list; NULL: allocated with malloc() */
};

int value_compare(struct policy_value a, struct policy_value b);

/*
 * Add a range; call ranges_sort() after the last one. Returns false when out of
 * memory.
 */
bool ranges_add(struct ranges *ranges, struct policy_range range);
void ranges_sort(struct ranges *ranges);
void ranges_free(struct ranges *ranges);

/*
 * Both store a sorted result in `to`, which must be empty: the values of `bits`
 * bits that are not in the list, or the values that are in both lists.
 */
bool ranges_complement(struct ranges *to, unsigned int bits,
		       const struct policy_range *list, size_t count);
bool ranges_intersect(struct ranges *to, const struct policy_range *a,
		      size_t a_count, const struct policy_range *b,
		      size_t b_count);

/* The highest value of a field of `bits` bits. */
struct policy_value value_highest(unsigned int bits);

/*
 * For sorted ranges: inner is a subset of outer; a and b have a value in
 * common. The first takes inner_count lookups, the second as many as the
 * shorter list has ranges.
 */
bool ranges_within(const struct policy_range *inner, size_t inner_count,
		   const struct policy_range *outer, size_t outer_count);
bool ranges_meet(const struct policy_range *a, size_t a_count,
		 const struct policy_range *b, size_t b_count);

#endif
