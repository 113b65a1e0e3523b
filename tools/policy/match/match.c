// SPDX-License-Identifier: GPL-2.0-only
#include "match.h"

#include "policy/language/set_kind.h"
#include "set_key.h"

static bool at_most(struct policy_value a, struct policy_value b)
{
	return a.hi != b.hi ? a.hi < b.hi : a.lo <= b.lo;
}

static bool in_ranges(const struct policy_condition *condition,
		      struct policy_value value)
{
	for (size_t i = 0; i < condition->count; i++) {
		const struct policy_range *range = &condition->ranges[i];

		if (at_most(range->first, value) && at_most(value, range->last))
			return true;
	}
	return false;
}

/* Without contents, all sets are empty. */
static bool set_holds(const struct policy_condition *condition,
		      const struct match_context *context)
{
	const struct match_sets *sets = context->sets;
	const struct policy_set *set = condition->set;
	struct tg_set_key key;

	if (!set_key_of(&key, context->packet, set->kind,
			set_side(condition->field)))
		return false;
	return (sets && sets->contains(sets, set, &key)) != condition->negated;
}

static bool condition_holds(const struct policy_condition *condition,
			    const struct match_context *context)
{
	const struct policy_packet *packet = context->packet;
	struct policy_value value;

	if (condition->either_family && !packet->has[condition->field])
		condition = condition->either_family;
	if (!packet->has[condition->field])
		return false;
	if (condition->set)
		return set_holds(condition, context);

	value = packet->value[condition->field];
	value.lo &= condition->mask; /* wider fields have no mask */
	return in_ranges(condition, value) != condition->negated;
}

static bool all_hold(const struct policy_rule *rule,
		     const struct match_context *context)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (!condition_holds(&rule->conditions[i], context))
			return false;
	}
	return true;
}

/* The first rule that matches, here or in blocks that it jumps to; or NULL. */
static const struct policy_rule *decide(const struct policy *policy,
					const struct policy_block *block,
					const struct match_context *context)
{
	for (size_t i = 0; i < block->count; i++) {
		const struct policy_rule *rule = &block->rules[i];

		if (!all_hold(rule, context))
			continue;
		if (rule->action == POLICY_JUMP)
			rule = decide(policy, &policy->blocks[rule->target],
				      context);
		if (rule)
			return rule;
	}
	return NULL;
}

/* A malformed packet has no key, and is over each limit. */
static struct policy_verdict verdict_of(const struct policy *policy,
					const struct policy_rule *rule,
					const struct match_context *context)
{
	bool is_over = rule && rule->limit &&
		       (context->is_over || context->packet->malformed);
	const struct policy_rule *act = is_over ? &rule->limit->over : rule;

	return (struct policy_verdict){
		.action = act ? act->action : policy->default_action,
		.rule = rule,
		.act = act,
		.is_over = is_over,
	};
}

struct policy_verdict policy_match(const struct policy *policy,
				   const struct match_context *context)
{
	const struct policy_rule *rule = NULL;

	if (policy->block_count)
		rule = decide(policy, &policy->blocks[0], context);
	return verdict_of(policy, rule, context);
}
