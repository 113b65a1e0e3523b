// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"
#include "policy/language/print/print.h"
#include "rule_index.h"
#include "policy/language/text/source.h"

#define SHOWN_MAX 100

struct slot {
	uint64_t hash;
	const struct policy_rule *rule;
};

/* Rules by what they ask, to find those that ask the same. */
struct duplicates {
	struct slot *slots;
	size_t size; /* a power of two, twice the rules at least */
};

static int duplicates_start(struct duplicates *duplicates, size_t rules)
{
	duplicates->size = 16;
	while (duplicates->size < rules * 2)
		duplicates->size *= 2;
	duplicates->slots =
		calloc(duplicates->size, sizeof(*duplicates->slots));
	return duplicates->slots ? 0 : -ENOMEM;
}

/* The first rule that asks the same; this one, where there is none. */
static const struct policy_rule *first_of(struct duplicates *duplicates,
					  const struct policy_rule *rule)
{
	uint64_t hash = rule_hash(rule);
	size_t at = hash & (duplicates->size - 1);
	struct slot *slot;

	for (;; at = (at + 1) & (duplicates->size - 1)) {
		slot = &duplicates->slots[at];
		if (!slot->rule)
			break;
		if (slot->hash == hash && rules_ask_same(slot->rule, rule))
			return slot->rule;
	}
	*slot = (struct slot){ hash, rule };
	return rule;
}

/* As a hint: where the earlier rule stands, and what it says. */
static void name_rule(const struct policy *policy,
		      const struct policy_rule *rule,
		      struct diagnostics *diagnostics)
{
	const struct source *source = &policy->sources->list[rule->place.file];
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	/* of a rule with a million addresses the first few will do */
	for (size_t i = 0; i < rule->condition_count; i++)
		size += rule->conditions[i].count;
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

/*
 * Which blocks decide about every packet that comes to them: no packet comes
 * back from a jump there.
 */
enum ending { NOT_KNOWN, COMES_BACK, DECIDES };

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
		*ending = COMES_BACK;
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

	if (rules_do_same(rule, first))
		report_warning(diagnostics, rule->place,
			       "a duplicate of the rule in line %u",
			       first->place.line);
	else if (rule_decides(check, first))
		report_warning(diagnostics, rule->place,
			       "this can never match: the rule in line %u "
			       "asks the same, and decides",
			       first->place.line);
	else
		return;
	name_rule(check->policy, first, diagnostics);
}

static void warn_covered(struct order_check *check,
			 const struct policy_rule *rule,
			 const struct policy_rule *first)
{
	report_warning(check->diagnostics, rule->place,
		       "this can never match: the rule in line %u takes all "
		       "of it",
		       first->place.line);
	name_rule(check->policy, first, check->diagnostics);
}

static int check_block(struct order_check *check,
		       const struct policy_block *block)
{
	struct duplicates duplicates = { 0 };
	struct rule_index index = { 0 };
	int err = duplicates_start(&duplicates, block->count);

	for (size_t i = 0; !err && i < block->count; i++) {
		const struct policy_rule *rule = &block->rules[i];
		const struct policy_rule *first = first_of(&duplicates, rule);
		bool decides = rule_decides(check, rule);

		if (first != rule) {
			warn_duplicate(check, rule, first);
			/* the same after a jump decides for the first time */
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
	free(duplicates.slots);
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
		err = check_block(&check, &policy->blocks[i]);
	free(check.endings);
	return err;
}
