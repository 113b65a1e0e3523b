// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merges the conditions of a case so that each field has one condition: "tcp
 * and tcp" is "tcp"; "ip and from 2001:db8::1" never holds.
 */
#include "import.h"

static uint64_t bits_of(const struct policy_condition *condition)
{
	return condition->ranges[0].first.lo;
}

/*
 * Merges two conditions on one field. Returns false if they contradict each
 * other.
 */
static bool merge_conditions(struct import *import,
			     struct policy_condition *into,
			     const struct policy_condition *from)
{
	struct ranges a, b, both = import_set(import);

	if (import_is_bits(into->field)) {
		uint64_t mask = into->mask | from->mask;
		uint64_t value = bits_of(into) | bits_of(from);

		if ((bits_of(into) ^ bits_of(from)) & into->mask & from->mask)
			return false;
		*into = import_bits(import, into->field, false, mask, value);
		return true;
	}
	a = import_positive(import, into);
	b = import_positive(import, from);
	ranges_intersect(&both, a.list, a.count, b.list, b.count);
	*into = import_condition(into->field, false, &both);
	return into->count > 0;
}

/* Only conditions with plain sets of values can be merged. */
static bool can_merge(const struct policy_condition *a,
		      const struct policy_condition *b)
{
	return a->field == b->field && !a->set && !b->set &&
	       a->field != POLICY_EXTENSIONS &&
	       !(import_is_bits(a->field) && (a->negated || b->negated));
}

/* Removes the values of a negated condition from a positive one. */
static bool exclude(const struct policy_condition *a,
		    const struct policy_condition *b)
{
	const struct policy_condition *is = a->negated ? b : a;
	const struct policy_condition *is_not = a->negated ? a : b;

	if (a->field != b->field || a->negated == b->negated)
		return false;
	if (a->set || b->set)
		return a->set == b->set;
	if (a->field == POLICY_EXTENSIONS)
		return !(is->mask & ~is_not->mask);
	return import_is_bits(a->field) && !(is_not->mask & ~is->mask) &&
	       (bits_of(is) & is_not->mask) == bits_of(is_not);
}

static bool merge_all(struct import *import, struct import_case *one)
{
	size_t count = 0;

	for (size_t i = 0; i < one->count; i++) {
		struct policy_condition condition = one->conditions[i];
		size_t j = 0;

		for (; j < count && !can_merge(&one->conditions[j], &condition);
		     j++) {
			if (exclude(&one->conditions[j], &condition))
				return false;
		}
		if (j == count)
			one->conditions[count++] = condition;
		else if (!merge_conditions(import, &one->conditions[j],
					   &condition))
			return false;
	}
	one->count = count;
	return true;
}

bool import_case_simplify(struct import *import, struct import_case *one)
{
	for (size_t i = 0; i < one->count; i++) {
		struct policy_condition *condition = &one->conditions[i];
		enum policy_field field = condition->field;
		struct ranges set;

		if (condition->set || import_is_bits(field) ||
		    field == POLICY_EXTENSIONS ||
		    (condition->count && !condition->negated))
			continue;
		set = import_positive(import, condition);
		if (!set.count)
			return false;
		/* "not in the empty set" only requires the field to exist */
		if (!condition->count)
			*condition = import_condition(field, false, &set);
	}
	return merge_all(import, one) && import_case_settle(import, one);
}
