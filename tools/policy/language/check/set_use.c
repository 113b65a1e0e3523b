// SPDX-License-Identifier: GPL-2.0-only
#include "set_use.h"

/* Sets as bits, by their numbers. */
struct uses {
	uint32_t asked, added, deleted;
};

static void note_changes(struct uses *uses, const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->change_count; i++) {
		const struct policy_change *change = &rule->changes[i];

		if (change->kind == POLICY_ADD_TO_SET)
			uses->added |= 1U << change->set->number;
		else if (change->kind == POLICY_DEL_FROM_SET)
			uses->deleted |= 1U << change->set->number;
	}
}

static void note_rule(struct uses *uses, const struct policy_rule *rule)
{
	const struct policy_rule *over = policy_rule_over(rule);

	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_set *set = rule->conditions[i].set;

		if (set)
			uses->asked |= 1U << set->number;
	}
	note_changes(uses, rule);
	if (over)
		note_changes(uses, over);
}

static struct uses uses_of(const struct policy *policy)
{
	struct uses uses = { 0 };

	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++)
			note_rule(&uses, &block->rules[j]);
	}
	return uses;
}

void check_set_use(const struct policy *policy, struct diagnostics *diagnostics)
{
	struct uses uses = uses_of(policy);

	for (size_t i = 0; i < policy->set_count; i++) {
		const struct policy_set *set = &policy->sets[i];
		uint32_t bit = 1U << set->number;

		if (uses.asked & bit)
			continue;
		if (uses.added & bit)
			report_warning(diagnostics, set->place,
				       "rules add to the set '%s', and none "
				       "asks it",
				       set->name);
		else if (uses.deleted & bit)
			report_warning(diagnostics, set->place,
				       "rules delete from the set '%s', and "
				       "none asks it",
				       set->name);
		else
			report_warning(diagnostics, set->place,
				       "no rule asks or changes the set '%s'",
				       set->name);
	}
}
