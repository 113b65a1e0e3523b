// SPDX-License-Identifier: GPL-2.0-only
/*
 * ranges - compares arithmetic on random sets of an eight-bit field with the
 * same done value by value; and checks the ends of wide fields.
 */
#include <string.h>

#include "policy/language/ranges.h"
#include "tap.h"

#define BITS 8
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

/* Often at an end of the value range, or next to the previous value. */
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

static struct ranges some_set(struct arena *arena, struct values *values)
{
	unsigned int count = number(RANGES_MAX + 1), before = 0;
	struct ranges set = { .arena = arena };

	*values = (struct values){ 0 };
	for (unsigned int i = 0; i < count; i++) {
		unsigned int first = some_value(before);
		unsigned int last = first + number(number(2) ? 2 : 40);

		if (last >= VALUES)
			last = VALUES - 1;
		ranges_add(&set, (struct policy_range){ { .lo = first },
							{ .lo = last } });
		memset(values->has + first, true, last - first + 1);
		before = last;
	}
	ranges_sort(&set);
	return set;
}

/*
 * True if the set has these values, as sorted, disjoint, non-adjacent ranges.
 */
static bool is_right(const struct ranges *set, const struct values *values)
{
	struct values found = { 0 };
	uint64_t least = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct policy_range *range = &set->list[i];

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

static void test_random(struct tap *tap, struct arena *arena)
{
	bool sorts = true, complements = true, intersects = true;
	const char *where = arena ? "in an arena" : "allocated";

	for (int i = 0; i < ROUNDS; i++) {
		struct values a, b, outside, both;
		struct ranges one = some_set(arena, &a);
		struct ranges other = some_set(arena, &b);
		struct ranges left = { .arena = arena }, common = left;

		for (int value = 0; value < VALUES; value++) {
			outside.has[value] = !a.has[value];
			both.has[value] = a.has[value] && b.has[value];
		}
		sorts &= is_right(&one, &a) && is_right(&other, &b);
		ranges_complement(&left, BITS, one.list, one.count);
		complements &= is_right(&left, &outside);
		ranges_intersect(&common, one.list, one.count, other.list,
				 other.count);
		intersects &= is_right(&common, &both);
		ranges_free(&one);
		ranges_free(&other);
		ranges_free(&left);
		ranges_free(&common);
		if (arena)
			arena_free(arena);
	}
	tap_ok(tap, sorts, "%d sets are sorted, %s", 2 * ROUNDS, where);
	tap_ok(tap, complements, "%d have the complement, %s", ROUNDS, where);
	tap_ok(tap, intersects, "%d have the intersection, %s", ROUNDS, where);
}

/* The complement of the complement at the ends of the value range. */
static void test_ends(struct tap *tap, unsigned int bits)
{
	struct policy_value end = value_highest(bits);
	struct policy_range ends[] = { { .last = { 0 } }, { end, end } };
	struct ranges inner = { 0 }, again = { 0 };

	ranges_complement(&inner, bits, ends, 2);
	ranges_complement(&again, bits, inner.list, inner.count);
	tap_ok(tap,
	       inner.count == 1 && inner.list[0].first.lo == 1 &&
		       !inner.list[0].first.hi &&
		       inner.list[0].last.lo == end.lo - 1 &&
		       inner.list[0].last.hi == end.hi && again.count == 2 &&
		       !memcmp(again.list, ends, sizeof(ends)),
	       "the ends of %u bits are kept apart", bits);
	ranges_free(&inner);
	ranges_free(&again);
}

int main(void)
{
	static const unsigned int wide[] = { 12, 32, 48, 128 };
	struct tap tap = tap_plan(stdout, 6 + 4);
	struct arena arena = { 0 };

	test_random(&tap, NULL);
	test_random(&tap, &arena);
	for (size_t i = 0; i < 4; i++)
		test_ends(&tap, wide[i]);
	return tap_end(&tap);
}
