/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of values as ranges: sorted, disjoint, and not adjacent. */
#ifndef TG_POLICY_RANGES_H
#define TG_POLICY_RANGES_H

#include "lib/arena.h"
#include "policy.h"

struct ranges {
	struct policy_range *list;
	size_t count, room;
	struct arena *arena; /* that holds the list, or NULL: it is allocated */
};

int value_compare(struct policy_value a, struct policy_value b);

/* False: out of memory. What is added is in no order before ranges_sort(). */
bool ranges_add(struct ranges *ranges, struct policy_range range);
void ranges_sort(struct ranges *ranges);
void ranges_free(struct ranges *ranges);

/*
 * Both add to a set that is empty, in order: all values of so many bits but
 * those of the other, or the values that both have.
 */
bool ranges_complement(struct ranges *to, unsigned int bits,
		       const struct policy_range *list, size_t count);
bool ranges_intersect(struct ranges *to, const struct policy_range *a,
		      size_t a_count, const struct policy_range *b,
		      size_t b_count);

/* The highest value of a field of `bits` bits. */
struct policy_value value_highest(unsigned int bits);

/* Both for sorted ranges; in steps of the smaller count. */
bool ranges_within(const struct policy_range *inner, size_t inner_count,
		   const struct policy_range *outer, size_t outer_count);
bool ranges_meet(const struct policy_range *a, size_t a_count,
		 const struct policy_range *b, size_t b_count);

#endif
