// SPDX-License-Identifier: GPL-2.0-only
#include "dimension.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"

#define SETS_MAX UINT32_MAX

/* --- sets */

int64_t dimension_add_set(struct dimension *dimension, const struct span *spans,
			  size_t count)
{
	size_t bytes = count * sizeof(*spans);
	uint64_t hash = hash_bytes(0, spans, bytes);
	struct span_set set = { .count = count };
	uint32_t number;

	for (size_t step = 0;
	     hash_next(&dimension->set_hash, hash, &step, &number);) {
		const struct span_set *old = &dimension->sets[number];

		if (old->count == count && !memcmp(old->spans, spans, bytes))
			return number;
	}
	number = dimension->set_count;
	if (dimension->set_count == SETS_MAX ||
	    !vec_reserve(dimension->sets, dimension->set_room, number + 1))
		return -ENOMEM;
	set.spans = malloc(bytes ? bytes : 1);
	if (!set.spans || !hash_add(&dimension->set_hash, hash, number)) {
		free(set.spans);
		return -ENOMEM;
	}
	memcpy(set.spans, spans, bytes);
	dimension->sets[dimension->set_count++] = set;
	return number;
}

int dimension_init(struct dimension *dimension, u128 max, bool can_be_absent)
{
	struct span everything = { 0, can_be_absent ? max + 1 : max };
	int64_t set;

	*dimension = (struct dimension){ .max = max,
					 .can_be_absent = can_be_absent };
	set = dimension_add_set(dimension, &everything, 1);
	return set < 0 ? set : 0;
}

void dimension_free(struct dimension *dimension)
{
	for (size_t i = 0; i < dimension->set_count; i++)
		free(dimension->sets[i].spans);
	free(dimension->sets);
	hash_free(&dimension->set_hash);
	free(dimension->starts);
	free(dimension->class_of);
	free(dimension->first_of_class);
	free(dimension->runs);
	*dimension = (struct dimension){ 0 };
}

/* --- intervals */

static int compare_starts(const void *a, const void *b)
{
	u128 one = *(const u128 *)a, other = *(const u128 *)b;

	return one < other ? -1 : one > other;
}

static u128 last_value(const struct dimension *dimension)
{
	return dimension->sets[0].spans[0].last;
}

static size_t count_spans(const struct dimension *dimension)
{
	size_t count = 0;

	for (size_t i = 0; i < dimension->set_count; i++)
		count += dimension->sets[i].count;
	return count;
}

static bool collect_starts(struct dimension *dimension)
{
	size_t count = 0, unique = 0;
	u128 *starts;

	starts = calloc(count_spans(dimension) * 2 + 1, sizeof(*starts));
	if (!starts)
		return false;
	for (size_t i = 0; i < dimension->set_count; i++) {
		const struct span_set *set = &dimension->sets[i];

		for (size_t j = 0; j < set->count; j++) {
			starts[count++] = set->spans[j].first;
			if (set->spans[j].last != last_value(dimension))
				starts[count++] = set->spans[j].last + 1;
		}
	}
	qsort(starts, count, sizeof(*starts), compare_starts);
	for (size_t i = 0; i < count; i++) {
		if (!unique || starts[unique - 1] != starts[i])
			starts[unique++] = starts[i];
	}
	dimension->starts = starts;
	dimension->interval_count = unique;
	return true;
}

uint32_t dimension_interval_at(const struct dimension *dimension, u128 value)
{
	uint32_t low = 0, high = dimension->interval_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (dimension->starts[middle] <= value)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static bool collect_runs(struct dimension *dimension)
{
	struct interval_run *runs =
		calloc(count_spans(dimension), sizeof(*runs));
	size_t count = 0;

	if (!runs)
		return false;
	for (size_t i = 0; i < dimension->set_count; i++) {
		struct span_set *set = &dimension->sets[i];

		set->first_interval = count;
		set->run_count = set->count;
		for (size_t j = 0; j < set->count; j++)
			runs[count++] = (struct interval_run){
				dimension_interval_at(dimension,
						      set->spans[j].first),
				dimension_interval_at(dimension,
						      set->spans[j].last) +
					1,
			};
	}
	dimension->runs = runs;
	return true;
}

/* --- classes */

/*
 * Represents the sets that contain an interval: the XOR of a pseudo-random
 * number for each set. 128 bits make collisions negligible.
 */
struct signature {
	uint64_t high, low;
};

static struct signature tag_of(size_t set)
{
	return (struct signature){
		hash_mix(2 * (uint64_t)set + 0x9e3779b97f4a7c15ULL),
		hash_mix(2 * (uint64_t)set + 0x9e3779b97f4a7c16ULL),
	};
}

static void toggle(struct signature *signature, struct signature tag)
{
	signature->high ^= tag.high;
	signature->low ^= tag.low;
}

static struct signature *sign_intervals(const struct dimension *dimension)
{
	size_t count = dimension->interval_count;
	struct signature *signatures = calloc(count + 1, sizeof(*signatures));

	if (!signatures)
		return NULL;
	for (size_t i = 1; i < dimension->set_count; i++) {
		const struct span_set *set = &dimension->sets[i];

		for (size_t j = 0; j < set->run_count; j++) {
			const struct interval_run *run =
				&dimension->runs[set->first_interval + j];

			toggle(&signatures[run->first], tag_of(i));
			toggle(&signatures[run->end], tag_of(i));
		}
	}
	for (size_t i = 1; i < count; i++)
		toggle(&signatures[i], signatures[i - 1]);
	return signatures;
}

/* Finds the class with this signature, or adds it. */
static bool classify(struct dimension *dimension, struct hash *classes,
		     const struct signature *signatures, uint32_t interval)
{
	const struct signature *wanted = &signatures[interval];
	uint64_t hash = hash_mix(wanted->low);
	uint32_t class;

	for (size_t step = 0; hash_next(classes, hash, &step, &class);) {
		uint32_t first = dimension->first_of_class[class];

		if (!memcmp(&signatures[first], wanted, sizeof(*wanted))) {
			dimension->class_of[interval] = class;
			return true;
		}
	}
	class = dimension->class_count++;
	dimension->first_of_class[class] = interval;
	dimension->class_of[interval] = class;
	return hash_add(classes, hash, class);
}

static bool number_classes(struct dimension *dimension,
			   const struct signature *signatures)
{
	size_t count = dimension->interval_count;
	struct hash classes = { 0 };
	bool ok;

	dimension->class_of = calloc(count, sizeof(*dimension->class_of));
	dimension->first_of_class =
		calloc(count, sizeof(*dimension->first_of_class));
	ok = dimension->class_of && dimension->first_of_class;
	for (size_t i = 0; i < count && ok; i++)
		ok = classify(dimension, &classes, signatures, i);
	hash_free(&classes);
	return ok;
}

int dimension_divide(struct dimension *dimension)
{
	struct signature *signatures;
	bool ok;

	if (!collect_starts(dimension) || !collect_runs(dimension))
		return -ENOMEM;
	signatures = sign_intervals(dimension);
	ok = signatures && number_classes(dimension, signatures);
	free(signatures);
	return ok ? 0 : -ENOMEM;
}
