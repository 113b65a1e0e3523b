// SPDX-License-Identifier: GPL-2.0-only
/*
 * Constructors of policy conditions, which are allocated in the import's arena.
 * Conditions on flags and marks get the full mask if all bits matter.
 */
#include "import.h"
#include "policy/language/field.h"

struct ranges import_set(struct import *import)
{
	return (struct ranges){ .arena = &import->arena };
}

struct ranges import_set_of(struct import *import, uint64_t first,
			    uint64_t last)
{
	struct ranges set = import_set(import);

	ranges_add(&set,
		   (struct policy_range){ { .lo = first }, { .lo = last } });
	return set;
}

struct policy_condition import_condition(enum policy_field field, bool negated,
					 const struct ranges *set)
{
	return (struct policy_condition){
		.field = field,
		.negated = negated,
		.mask = UINT64_MAX,
		.ranges = set->list,
		.count = set->count,
	};
}

struct policy_condition import_values(struct import *import,
				      enum policy_field field, bool negated,
				      uint64_t first, uint64_t last)
{
	struct ranges set = import_set_of(import, first, last);

	return import_condition(field, negated, &set);
}

struct policy_condition import_bits(struct import *import,
				    enum policy_field field, bool negated,
				    uint64_t mask, uint64_t value)
{
	struct policy_condition condition =
		import_values(import, field, negated, value, value);

	condition.mask = mask;
	return condition;
}

struct policy_condition import_extensions(struct import *import, bool negated,
					  uint64_t mask)
{
	struct policy_condition condition =
		import_values(import, POLICY_EXTENSIONS, negated, 1, mask);

	condition.mask = mask;
	return condition;
}

bool import_is_bits(enum policy_field field)
{
	return field == POLICY_TCP_FLAGS || field == POLICY_MARK;
}

struct ranges import_positive(struct import *import,
			      const struct policy_condition *condition)
{
	struct ranges set = import_set(import);

	if (!condition->negated) {
		set.list = condition->ranges;
		set.count = set.room = condition->count;
		return set;
	}
	ranges_complement(&set, field_bits(condition->field), condition->ranges,
			  condition->count);
	return set;
}
