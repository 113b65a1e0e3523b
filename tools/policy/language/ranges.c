// SPDX-License-Identifier: GPL-2.0-only
#include "ranges.h"

#include <stdlib.h>

#include "lib/vec.h"

int value_compare(struct policy_value a, struct policy_value b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return a.lo < b.lo ? -1 : a.lo > b.lo;
}

static bool ranges_grow(struct ranges *ranges)
{
	if (!ranges->arena)
		return vec_reserve(ranges->list, ranges->room,
				   ranges->count + 1);
	ranges->list =
		arena_grow(ranges->arena, ranges->list, sizeof(*ranges->list),
			   ranges->count, &ranges->room);
	return true;
}

bool ranges_add(struct ranges *ranges, struct policy_range range)
{
	if (ranges->count == ranges->room && !ranges_grow(ranges))
		return false;
	ranges->list[ranges->count++] = range;
	return true;
}

void ranges_free(struct ranges *ranges)
{
	if (!ranges->arena)
		free(ranges->list);
	*ranges = (struct ranges){ 0 };
}

static int range_compare(const void *one, const void *two)
{
	const struct policy_range *a = one, *b = two;

	return value_compare(a->first, b->first);
}

static bool ranges_are_sorted(const struct ranges *ranges)
{
	for (size_t i = 1; i < ranges->count; i++) {
		if (range_compare(&ranges->list[i - 1], &ranges->list[i]) > 0)
			return false;
	}
	return true;
}

/* value + 1; wraps to 0 after the highest 128-bit value. */
static struct policy_value value_next(struct policy_value value)
{
	value.lo++;
	value.hi += value.lo == 0;
	return value;
}

static struct policy_value value_previous(struct policy_value value)
{
	value.hi -= value.lo == 0;
	value.lo--;
	return value;
}

static bool value_is_zero(struct policy_value value)
{
	return !value.hi && !value.lo;
}

void ranges_sort(struct ranges *ranges)
{
	struct policy_range *list = ranges->list;
	size_t last = 0;

	if (ranges->count < 2)
		return;
	if (!ranges_are_sorted(ranges))
		qsort(list, ranges->count, sizeof(*list), range_compare);
	for (size_t i = 1; i < ranges->count; i++) {
		struct policy_value after = value_next(list[last].last);

		if (!value_is_zero(after) &&
		    value_compare(list[i].first, after) > 0)
			list[++last] = list[i];
		else if (value_compare(list[i].last, list[last].last) > 0)
			list[last].last = list[i].last;
	}
	ranges->count = last + 1;
}

struct policy_value value_highest(unsigned int bits)
{
	return (struct policy_value){
		.hi = bits > 64 ? UINT64_MAX >> (128 - bits) : 0,
		.lo = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1,
	};
}

bool ranges_complement(struct ranges *to, unsigned int bits,
		       const struct policy_range *list, size_t count)
{
	struct policy_value from = { 0 }, end = value_highest(bits);
	bool good = true;

	for (size_t i = 0; i < count; i++) {
		if (value_compare(from, list[i].first) < 0)
			good &= ranges_add(
				to, (struct policy_range){
					    from,
					    value_previous(list[i].first),
				    });
		if (value_compare(list[i].last, end) >= 0)
			return good;
		from = value_next(list[i].last);
	}
	return good & ranges_add(to, (struct policy_range){ from, end });
}

bool ranges_intersect(struct ranges *to, const struct policy_range *a,
		      size_t a_count, const struct policy_range *b,
		      size_t b_count)
{
	bool good = true;

	for (size_t i = 0, j = 0; i < a_count && j < b_count;) {
		bool later = value_compare(a[i].first, b[j].first) > 0;
		bool sooner = value_compare(a[i].last, b[j].last) < 0;
		struct policy_range both = {
			later ? a[i].first : b[j].first,
			sooner ? a[i].last : b[j].last,
		};

		if (value_compare(both.first, both.last) <= 0)
			good &= ranges_add(to, both);
		i += sooner;
		j += !sooner;
	}
	return good;
}

/* The first range that ends at or after value; count if there is none. */
static size_t ranges_find(const struct policy_range *ranges, size_t count,
			  struct policy_value value)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (value_compare(ranges[middle].last, value) < 0)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

bool ranges_within(const struct policy_range *inner, size_t inner_count,
		   const struct policy_range *outer, size_t outer_count)
{
	if (inner == outer)
		return inner_count <= outer_count;
	for (size_t i = 0; i < inner_count; i++) {
		size_t at = ranges_find(outer, outer_count, inner[i].first);

		if (at == outer_count ||
		    value_compare(outer[at].first, inner[i].first) > 0 ||
		    value_compare(outer[at].last, inner[i].last) < 0)
			return false;
	}
	return true;
}

bool ranges_meet(const struct policy_range *a, size_t a_count,
		 const struct policy_range *b, size_t b_count)
{
	if (a_count > b_count)
		return ranges_meet(b, b_count, a, a_count);
	for (size_t i = 0; i < a_count; i++) {
		size_t at = ranges_find(b, b_count, a[i].first);

		if (at < b_count && value_compare(b[at].first, a[i].last) <= 0)
			return true;
	}
	return false;
}
