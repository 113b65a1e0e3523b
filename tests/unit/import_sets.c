// SPDX-License-Identifier: GPL-2.0-only
/*
 * import_sets - what the importers do with sets of values, for random sets of
 * an eight-bit field, against the same done value by value.
 */
#include <string.h>

#include "policy/import/core/import.h"
#include "tap.h"

#define FIELD POLICY_TTL
#define VALUES 256
#define ROUNDS 20000
#define RANGES_MAX 6

struct values {
	bool has[VALUES];
};

static uint64_t state = 1;

static unsigned int number(unsigned int limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % limit;
}

/* Often at an end of all values, or beside what came before. */
static unsigned int some_value(unsigned int before)
{
	switch (number(5)) {
	case 0:
		return number(2) ? 0 : VALUES - 1;
	case 1:
		return (before + number(3) + VALUES - 1) % VALUES;
	default:
		return number(VALUES);
	}
}

static struct import_set some_set(struct import *import, struct values *values)
{
	unsigned int count = number(RANGES_MAX + 1), before = 0;
	struct import_set set = { 0 };
	size_t room = 0;

	*values = (struct values){ 0 };
	for (unsigned int i = 0; i < count; i++) {
		unsigned int first = some_value(before);
		unsigned int last = first + number(number(2) ? 2 : 40);

		if (last >= VALUES)
			last = VALUES - 1;
		import_set_add(import, &set, &room,
			       (struct policy_value){ .lo = first },
			       (struct policy_value){ .lo = last });
		memset(values->has + first, true, last - first + 1);
		before = last;
	}
	import_set_sort(&set);
	return set;
}

/* The same values, as ranges that are sorted, disjoint and not adjacent. */
static bool is_right(const struct import_set *set, const struct values *values)
{
	struct values found = { 0 };
	uint64_t least = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct policy_range *range = &set->ranges[i];

		if (range->first.hi || range->last.hi ||
		    range->first.lo < least ||
		    range->first.lo > range->last.lo ||
		    range->last.lo >= VALUES)
			return false;
		memset(found.has + range->first.lo, true,
		       range->last.lo - range->first.lo + 1);
		least = range->last.lo + 2;
	}
	return !memcmp(&found, values, sizeof(found));
}

int main(void)
{
	bool sorts = true, complements = true, intersects = true;
	struct tap tap = tap_plan(stdout, 3);

	for (int i = 0; i < ROUNDS; i++) {
		struct import import = { 0 };
		struct values a, b, outside, both;
		struct import_set one = some_set(&import, &a);
		struct import_set other = some_set(&import, &b);
		struct import_set set;

		for (int value = 0; value < VALUES; value++) {
			outside.has[value] = !a.has[value];
			both.has[value] = a.has[value] && b.has[value];
		}
		sorts &= is_right(&one, &a) && is_right(&other, &b);
		set = import_complement(&import, FIELD, &one);
		complements &= is_right(&set, &outside);
		set = import_intersection(&import, &one, &other);
		intersects &= is_right(&set, &both);
		arena_free(&import.arena);
	}
	tap_ok(&tap, sorts, "%d sets are sorted", 2 * ROUNDS);
	tap_ok(&tap, complements, "%d have the complement", ROUNDS);
	tap_ok(&tap, intersects, "%d have the intersection", ROUNDS);
	return tap_end(&tap);
}
