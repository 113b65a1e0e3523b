// SPDX-License-Identifier: GPL-2.0-only
/* Sets of values, as ranges: sorted, disjoint, not adjacent. */
#include <stdlib.h>
#include <string.h>

#include "import.h"

static const uint8_t bits[POLICY_FIELDS] = {
#define FIELD_BITS(name, bits, word) [POLICY_##name] = bits,
	POLICY_FIELD_LIST(FIELD_BITS)
#undef FIELD_BITS
};

unsigned int import_bits(enum policy_field field)
{
	return bits[field];
}

static struct policy_value highest(enum policy_field field)
{
	unsigned int width = bits[field];

	if (width > 64)
		return (struct policy_value){ UINT64_MAX, UINT64_MAX };
	return (struct policy_value){
		.lo = width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1,
	};
}

int import_compare(struct policy_value a, struct policy_value b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return a.lo < b.lo ? -1 : a.lo > b.lo;
}

static struct policy_value next(struct policy_value value)
{
	value.lo++;
	value.hi += value.lo == 0;
	return value;
}

static struct policy_value previous(struct policy_value value)
{
	value.hi -= value.lo == 0;
	value.lo--;
	return value;
}

struct import_set import_range(struct import *import, struct policy_value first,
			       struct policy_value last)
{
	struct import_set set = {
		.ranges = arena_alloc(&import->arena, sizeof(*set.ranges)),
		.count = 1,
	};

	set.ranges[0] = (struct policy_range){ first, last };
	return set;
}

struct import_set import_values(struct import *import, uint64_t first,
				uint64_t last)
{
	return import_range(import, (struct policy_value){ .lo = first },
			    (struct policy_value){ .lo = last });
}

struct import_set import_everything(struct import *import,
				    enum policy_field field)
{
	return import_range(import, (struct policy_value){ 0 }, highest(field));
}

void import_set_add(struct import *import, struct import_set *set, size_t *room,
		    struct policy_value first, struct policy_value last)
{
	if (set->count == *room) {
		size_t more = *room ? 2 * *room : 4;
		struct policy_range *ranges =
			arena_alloc(&import->arena, more * sizeof(*ranges));

		if (set->count)
			memcpy(ranges, set->ranges,
			       set->count * sizeof(*ranges));
		set->ranges = ranges;
		*room = more;
	}
	set->ranges[set->count++] = (struct policy_range){ first, last };
}

static int compare_ranges(const void *a, const void *b)
{
	const struct policy_range *left = a, *right = b;

	return import_compare(left->first, right->first);
}

void import_set_sort(struct import_set *set)
{
	struct policy_range *ranges = set->ranges;
	size_t count = 0;

	if (set->count < 2)
		return;
	qsort(ranges, set->count, sizeof(*ranges), compare_ranges);
	for (size_t i = 1; i < set->count; i++) {
		struct policy_value last = ranges[count].last;

		if (import_compare(ranges[i].first, last) > 0 &&
		    import_compare(ranges[i].first, next(last)) != 0)
			ranges[++count] = ranges[i];
		else if (import_compare(ranges[i].last, last) > 0)
			ranges[count].last = ranges[i].last;
	}
	set->count = count + 1;
}

struct import_set import_complement(struct import *import,
				    enum policy_field field,
				    const struct import_set *set)
{
	struct policy_value from = { 0 }, end = highest(field);
	struct import_set result = { 0 };
	size_t room = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct policy_range *range = &set->ranges[i];

		if (import_compare(from, range->first) < 0)
			import_set_add(import, &result, &room, from,
				       previous(range->first));
		if (import_compare(range->last, end) >= 0)
			return result;
		from = next(range->last);
	}
	import_set_add(import, &result, &room, from, end);
	return result;
}

struct import_set import_intersection(struct import *import,
				      const struct import_set *a,
				      const struct import_set *b)
{
	struct import_set result = { 0 };
	size_t room = 0;

	for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
		const struct policy_range *left = &a->ranges[i];
		const struct policy_range *right = &b->ranges[j];
		bool later = import_compare(left->first, right->first) > 0;
		bool sooner = import_compare(left->last, right->last) < 0;
		struct policy_value first = later ? left->first : right->first;
		struct policy_value last = sooner ? left->last : right->last;

		if (import_compare(first, last) <= 0)
			import_set_add(import, &result, &room, first, last);
		if (sooner)
			i++;
		else
			j++;
	}
	return result;
}
