// SPDX-License-Identifier: GPL-2.0-only
#include "policy_same.h"

#include <string.h>

#include "lib/hash.h"
#include "policy/language/check/cover.h"
#include "policy/language/field.h"
#include "policy/language/ranges.h"

static const struct policy_block *block_named(const struct policy *policy,
					      const char *name)
{
	for (size_t i = 0; i < policy->block_count; i++) {
		const char *other = policy->blocks[i].name;

		if (!name ? !other : other && !strcmp(name, other))
			return &policy->blocks[i];
	}
	return NULL;
}

static bool rules_same(const struct policy *policy_a,
		       const struct policy_rule *a,
		       const struct policy *policy_b,
		       const struct policy_rule *b)
{
	struct policy_rule one = *a, two = *b;

	/* blocks may have different numbers */
	if (a->action == POLICY_JUMP && b->action == POLICY_JUMP &&
	    strcmp(policy_a->blocks[a->target].name,
		   policy_b->blocks[b->target].name) != 0)
		return false;
	one.target = two.target = 0;
	return rules_match_same(&one, &two) && rules_act_same(&one, &two);
}

static bool sets_same(const struct policy_set *a, const struct policy_set *b)
{
	return !strcmp(a->name, b->name) && a->kind == b->kind &&
	       a->size == b->size && a->timeout == b->timeout &&
	       a->number == b->number;
}

static bool sent_same(const struct policy_sent_limit *a,
		      const struct policy_sent_limit *b)
{
	return !a->place.line == !b->place.line &&
	       a->is_unlimited == b->is_unlimited &&
	       a->rate.amount == b->rate.amount &&
	       a->rate.seconds == b->rate.seconds &&
	       a->rate.burst == b->rate.burst;
}

bool policies_same(const struct policy *a, const struct policy *b)
{
	if (a->block_count != b->block_count ||
	    a->default_action != b->default_action ||
	    a->set_count != b->set_count ||
	    !sent_same(&a->replies, &b->replies) ||
	    !sent_same(&a->logs, &b->logs))
		return false;
	for (size_t i = 0; i < a->set_count; i++) {
		if (!sets_same(&a->sets[i], &b->sets[i]))
			return false;
	}
	for (size_t i = 0; i < a->block_count; i++) {
		const struct policy_block *one = &a->blocks[i];
		const struct policy_block *two = block_named(b, one->name);

		if (!two || one->count != two->count)
			return false;
		for (size_t j = 0; j < one->count; j++) {
			if (!rules_same(a, &one->rules[j], b, &two->rules[j]))
				return false;
		}
	}
	return true;
}

/* Rules share the ranges of long lists, which are checked once. */
static bool is_known(const struct policy_condition *condition,
		     struct hash *known)
{
	uint64_t key[] = { (uintptr_t)condition->ranges, condition->count,
			   condition->field };
	uint32_t *times = hash_number(known, hash_bytes(0, key, sizeof(key)));

	return times && (*times)++;
}

static bool ranges_are_normal(const struct policy_condition *condition)
{
	unsigned int size = field_bits(condition->field);
	uint64_t low = size >= 64 ? UINT64_MAX : (UINT64_C(1) << size) - 1;
	uint64_t high = size == 128 ? UINT64_MAX : 0;

	for (size_t i = 0; i < condition->count; i++) {
		const struct policy_range *range = &condition->ranges[i];
		struct policy_value next = { range->last.hi,
					     range->last.lo + 1 };

		next.hi += !next.lo;
		if (value_compare(range->first, range->last) > 0 ||
		    range->last.hi > high || range->last.lo & ~low)
			return false;
		if (i + 1 < condition->count &&
		    value_compare(next, range[1].first) >= 0)
			return false;
	}
	return true;
}

static bool is_normal(const struct policy_condition *condition,
		      struct hash *known)
{
	const struct policy_condition *other = condition->either_family;

	return (is_known(condition, known) || ranges_are_normal(condition)) &&
	       (!other || (is_normal(other, known) &&
			   !other->count == !condition->count &&
			   other->negated == condition->negated));
}

static bool rule_is_normal(const struct policy_rule *rule, struct hash *known)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (!is_normal(&rule->conditions[i], known) ||
		    (i &&
		     rule->conditions[i].field < rule->conditions[i - 1].field))
			return false;
	}
	return true;
}

bool policy_is_normal(const struct policy *policy)
{
	struct hash known = { 0 };
	bool normal = true;

	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count && normal; j++)
			normal = rule_is_normal(&block->rules[j], &known);
	}
	hash_free(&known);
	return normal;
}
