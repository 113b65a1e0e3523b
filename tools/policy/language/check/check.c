// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"
#include "lib/hash.h"
#include "policy/language/print/print.h"
#include "rule_index.h"
#include "policy/language/text/source.h"

#define SHOWN_MAX 100

/*
 * The first rule of the block that has the same conditions as rule i, which may
 * be rule i itself.
 */
static int first_same_rule(struct hash *rules, const struct policy_block *block,
			   size_t i, const struct policy_rule **first)
{
	uint64_t hash = rule_hash(&block->rules[i]);
	uint32_t number;

	for (size_t step = 0; hash_next(rules, hash, &step, &number);) {
		*first = &block->rules[number];
		if (rules_match_same(*first, &block->rules[i]))
			return 0;
	}
	*first = &block->rules[i];
	return hash_add(rules, hash, i) ? 0 : -ENOMEM;
}

/* A hint with the place and the text of the earlier rule. */
static void hint_rule(const struct policy *policy,
		      const struct policy_rule *rule,
		      struct diagnostics *diagnostics)
{
	const struct source *source = &policy->sources->list[rule->place.file];
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	/* do not print a rule with a million addresses */
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (!rule->conditions[i].list)
			size += rule->conditions[i].count;
	}
	if (size > SHOWN_MAX) {
		report_hint(diagnostics, "%s:%u has a long rule", source->name,
			    rule->place.line);
		return;
	}
	out = open_memstream(&text, &size);
	if (!out)
		return;
	policy_rule_print(out, policy, rule);
	if (fclose(out) == 0)
		report_hint(diagnostics, "%s:%u: %.*s%s", source->name,
			    rule->place.line, SHOWN_MAX, text,
			    size > SHOWN_MAX ? "..." : "");
	free(text);
}

/* A block decides if it has a verdict for every packet, so none returns. */
enum ending { NOT_KNOWN, RETURNS, DECIDES };

struct order_check {
	const struct policy *policy;
	struct diagnostics *diagnostics;
	unsigned char *endings; /* enum ending of each block */
};

static bool block_decides(struct order_check *check, size_t number)
{
	const struct policy_block *block = &check->policy->blocks[number];
	unsigned char *ending = &check->endings[number];

	if (*ending == NOT_KNOWN)
		*ending = RETURNS;
	else
		return *ending == DECIDES;
	for (size_t i = 0; i < block->count; i++) {
		const struct policy_rule *rule = &block->rules[i];

		if (rule->condition_count)
			continue;
		if (rule->action == POLICY_JUMP &&
		    !block_decides(check, rule->target))
			continue;
		*ending = DECIDES;
		return true;
	}
	return false;
}

static bool rule_decides(struct order_check *check,
			 const struct policy_rule *rule)
{
	return rule->action != POLICY_JUMP ||
	       block_decides(check, rule->target);
}

static void warn_duplicate(struct order_check *check,
			   const struct policy_rule *rule,
			   const struct policy_rule *first)
{
	struct diagnostics *diagnostics = check->diagnostics;

	if (rules_act_same(rule, first))
		report_warning(diagnostics, rule->place,
			       "this is a duplicate of the rule in line %u",
			       first->place.line);
	else if (rule_decides(check, first))
		report_warning(diagnostics, rule->place,
			       "this can never match: the rule in line %u "
			       "has the same conditions",
			       first->place.line);
	else
		return;
	hint_rule(check->policy, first, diagnostics);
}

static void warn_covered(struct order_check *check,
			 const struct policy_rule *rule,
			 const struct policy_rule *first)
{
	report_warning(check->diagnostics, rule->place,
		       "this can never match: the rule in line %u matches all "
		       "of its packets",
		       first->place.line);
	hint_rule(check->policy, first, check->diagnostics);
}

static int check_block_order(struct order_check *check,
			     const struct policy_block *block)
{
	struct hash rules = { 0 };
	struct rule_index index = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < block->count; i++) {
		const struct policy_rule *rule = &block->rules[i];
		bool decides = rule_decides(check, rule);
		const struct policy_rule *first;

		/* not an error: its empty set may get values later */
		if (policy_rule_is_empty(rule))
			continue;
		err = first_same_rule(&rules, block, i, &first);
		if (err)
			break;
		if (first != rule) {
			warn_duplicate(check, rule, first);
			/* can still match, if the first one is a jump */
			if (rule_decides(check, first) || !decides)
				continue;
		}
		first = rule_index_find(&index, rule);
		if (first)
			warn_covered(check, rule, first);
		else if (decides)
			err = rule_index_add(&index, rule);
	}
	rule_index_free(&index);
	hash_free(&rules);
	return err;
}

int check_order(const struct policy *policy, struct diagnostics *diagnostics)
{
	struct order_check check = {
		.policy = policy,
		.diagnostics = diagnostics,
		.endings = calloc(policy->block_count, 1),
	};
	int err = check.endings ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < policy->block_count; i++)
		err = check_block_order(&check, &policy->blocks[i]);
	free(check.endings);
	return err;
}
