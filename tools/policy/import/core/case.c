// SPDX-License-Identifier: GPL-2.0-only
/*
 * One condition for a field, where several say the same or contradict each
 * other: "ip, and from 2001:db8::1" never holds, "tcp, and tcp" is tcp.
 */
#include "import.h"

static struct import_set positive(struct import *import,
				  const struct import_condition *condition)
{
	return condition->negated ? import_complement(import, condition->field,
						      &condition->set)
				  : condition->set;
}

/* Of the same field: false where they cannot both hold. */
static bool merge(struct import *import, struct import_condition *into,
		  const struct import_condition *from)
{
	struct import_set a, b;

	if (into->mask) {
		uint64_t value = into->set.ranges[0].first.lo;
		uint64_t other = from->set.ranges[0].first.lo;

		if ((value ^ other) & into->mask & from->mask)
			return false;
		into->mask |= from->mask;
		into->set = import_values(import, value | other, value | other);
		return true;
	}
	a = positive(import, into);
	b = positive(import, from);
	into->set = import_intersection(import, &a, &b);
	into->negated = false;
	into->list = NULL;
	return into->set.count > 0;
}

/* What is not a set of values stays as it is. */
static bool can_merge(const struct import_condition *a,
		      const struct import_condition *b)
{
	return a->field == b->field && a->field != POLICY_EXTENSIONS &&
	       !(a->mask && (a->negated || b->negated));
}

/* One is negated: what it excludes is all that the other leaves. */
static bool exclude(const struct import_condition *a,
		    const struct import_condition *b)
{
	const struct import_condition *is = a->negated ? b : a;
	const struct import_condition *is_not = a->negated ? a : b;
	uint64_t value = is->set.ranges[0].first.lo;

	if (a->field != b->field || a->negated == b->negated || !a->mask)
		return false;
	if (a->field == POLICY_EXTENSIONS)
		return !(is->mask & ~is_not->mask);
	return !(is_not->mask & ~is->mask) &&
	       (value & is_not->mask) == is_not->set.ranges[0].first.lo;
}

static bool merge_all(struct import *import, struct import_case *one)
{
	size_t count = 0;

	for (size_t i = 0; i < one->count; i++) {
		struct import_condition condition = one->conditions[i];
		size_t j = 0;

		for (; j < count && !can_merge(&one->conditions[j], &condition);
		     j++) {
			if (exclude(&one->conditions[j], &condition))
				return false;
		}
		if (j == count)
			one->conditions[count++] = condition;
		else if (!merge(import, &one->conditions[j], &condition))
			return false;
	}
	one->count = count;
	return true;
}

/* Not one of all values. */
static bool is_nothing(struct import *import,
		       const struct import_condition *condition)
{
	struct import_set left;

	if (!condition->negated || condition->mask)
		return false;
	left = import_complement(import, condition->field, &condition->set);
	return !left.count;
}

bool import_case_simplify(struct import *import, struct import_case *one)
{
	for (size_t i = 0; i < one->count; i++) {
		struct import_condition *condition = &one->conditions[i];

		if (is_nothing(import, condition))
			return false;
		if (condition->set.count)
			continue;
		if (!condition->negated)
			return false;
		/* not in nothing: where the field is */
		condition->negated = false;
		condition->list = NULL;
		condition->set = import_everything(import, condition->field);
	}
	return merge_all(import, one) && import_case_settle(import, one);
}
