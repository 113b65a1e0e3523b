// SPDX-License-Identifier: GPL-2.0-only
#include "policy.h"

#include <stdlib.h>

#include "policy/language/parse/policy_parse.h"
#include "policy/language/text/source.h"

static void condition_free_ranges(struct policy_condition *condition)
{
	if (!condition->borrowed)
		free(condition->ranges);
}

static void free_limit(struct policy_limit *limit)
{
	if (limit)
		free(limit->over.changes);
	free(limit);
}

static void free_rule(struct policy_rule *rule)
{
	free_limit(rule->limit);
	for (size_t i = 0; i < rule->condition_count; i++) {
		struct policy_condition *condition = &rule->conditions[i];

		condition_free_ranges(condition);
		if (condition->either_family)
			condition_free_ranges(condition->either_family);
		free(condition->either_family);
	}
	free(rule->conditions);
	free(rule->changes);
}

bool policy_condition_is_empty(const struct policy_condition *condition)
{
	return !condition->set && !condition->count &&
	       (!condition->either_family || !condition->either_family->count);
}

bool policy_rule_is_empty(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (!rule->conditions[i].negated &&
		    policy_condition_is_empty(&rule->conditions[i]))
			return true;
	}
	return false;
}

static bool rule_uses_flows(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (rule->conditions[i].field == POLICY_FLOW)
			return true;
	}
	return rule->keep || (rule->limit && rule->limit->over.keep);
}

bool policy_uses_flows(const struct policy *policy)
{
	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++) {
			if (rule_uses_flows(&block->rules[j]))
				return true;
		}
	}
	return policy->default_keep;
}

const struct policy_change *policy_rule_log(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->change_count; i++) {
		if (rule->changes[i].kind == POLICY_LOG)
			return &rule->changes[i];
	}
	return NULL;
}

size_t policy_limit_count(const struct policy *policy)
{
	size_t count = 0;

	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++)
			count += block->rules[j].limit != NULL;
	}
	return count;
}

void policy_expand_lists(struct policy *policy)
{
	for (size_t i = 0; i < policy->block_count; i++) {
		struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++) {
			struct policy_rule *rule = &block->rules[j];

			for (size_t k = 0; k < rule->condition_count; k++)
				rule->conditions[k].list = NULL;
		}
	}
}

void policy_free(struct policy *policy)
{
	for (size_t i = 0; i < policy->block_count; i++) {
		struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++)
			free_rule(&block->rules[j]);
		free(block->rules);
		free(block->name);
	}
	free(policy->blocks);
	for (size_t i = 0; i < policy->set_count; i++)
		free(policy->sets[i].name);
	free(policy->sets);
	sources_free(policy->sources);
	*policy = (struct policy){ 0 };
}

const char *policy_file(const struct policy *policy, unsigned int file)
{
	if (!policy->sources || file >= policy->sources->count)
		return NULL;
	return policy->sources->list[file].name;
}
