// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits. In netfilter a limit is a condition: a packet that does not meet it
 * goes on to the next rules. In a policy the rule decides about both kinds. So
 * a limit can be translated if the rules after it do the same with all packets
 * of the rule.
 */
#include <string.h>

#include "import.h"
#include "policy/language/check/cover.h"

#define WORK ((size_t)1 << 20)

static struct import_case joined(struct import *import,
				 const struct import_case *a,
				 const struct import_case *b)
{
	struct import_case both = { .count = a->count + b->count };

	both.conditions = arena_alloc(
		&import->arena, (both.count + 1) * sizeof(*both.conditions));
	if (a->count)
		memcpy(both.conditions, a->conditions,
		       a->count * sizeof(*a->conditions));
	if (b->count)
		memcpy(both.conditions + a->count, b->conditions,
		       b->count * sizeof(*b->conditions));
	return both;
}

bool import_simplified(struct import *import, const struct import_case *from,
		       struct import_case *to)
{
	const struct import_case none = { 0 };

	*to = joined(import, from, &none);
	return import_case_simplify(import, to);
}

/* No packet meets both. */
static bool are_apart(struct import *import, const struct import_case *one,
		      const struct import_rule *other)
{
	for (size_t i = 0; i < other->case_count; i++) {
		struct import_case both = joined(import, one, &other->cases[i]);

		if (import_case_simplify(import, &both))
			return false;
	}
	return true;
}

static bool covers(struct import *import, const struct import_rule *other,
		   const struct import_case *one)
{
	struct policy_rule inner = { .conditions = one->conditions,
				     .condition_count = one->count };

	if (other->unless_count)
		return false;
	for (size_t i = 0; i < other->case_count; i++) {
		struct import_case outer;
		struct policy_rule rule;
		size_t work = WORK;

		if (!import_simplified(import, &other->cases[i], &outer))
			continue;
		rule = (struct policy_rule){ .conditions = outer.conditions,
					     .condition_count = outer.count };
		if (rule_covers(&rule, &inner, &work))
			return true;
	}
	return false;
}

static bool does_nothing(const struct import_rule *rule)
{
	return rule->elsewhere ||
	       (rule->action == IMPORT_NONE && !rule->mark.mask &&
		!rule->changes_sets && !rule->unknown);
}

bool import_find_next(struct import *import, size_t index, size_t at,
		      const struct import_case *one,
		      const struct import_rule **next)
{
	const struct import_chain *chain = &import->chains[index];

	*next = NULL;
	while (++at < chain->count) {
		const struct import_rule *rule = &chain->rules[at];

		if (does_nothing(rule) || are_apart(import, one, rule))
			continue;
		*next = rule;
		return !rule->problem && !rule->limit && !rule->wider &&
		       !rule->narrower && import_has_verdict(rule) &&
		       covers(import, rule, one);
	}
	return index == import->base;
}

/* Both kinds of packets are treated alike. */
static bool is_needless(const struct import *import,
			const struct import_rule *rule,
			const struct import_rule *next)
{
	enum import_action end = import->drops ? IMPORT_DROP : IMPORT_PASS;

	if (rule->change_count || (next && next->change_count) || rule->logs ||
	    (next && next->logs))
		return false;
	if (rule->action != (next ? next->action : end))
		return false;
	if (rule->action == IMPORT_REJECT)
		return next && rule->reject == next->reject;
	return rule->action == IMPORT_DROP ||
	       (rule->mark.mask == (next ? next->mark.mask : 0) &&
		rule->mark.value == (next ? next->mark.value : 0));
}

static void settle_limit(struct import *import, size_t chain, size_t at)
{
	struct import_rule *rule = &import->chains[chain].rules[at];
	const struct import_rule *next;
	struct import_case one;

	if (!rule->limit || rule->problem)
		return;
	if (rule->action == IMPORT_NONE && !rule->mark.mask) {
		rule->limit = NULL; /* it does nothing with its packets */
		return;
	}
	if (!import_has_verdict(rule)) {
		import_problem(import, rule,
			       "no equivalent of a limit without a verdict");
		return;
	}
	if (!rule->case_count ||
	    !import_simplified(import, &rule->cases[0], &one)) {
		rule->limit = NULL; /* no packet meets its other conditions */
		return;
	}
	if (rule->case_count > 1)
		import_problem(import, rule,
			       "its limit counts packets that need several "
			       "rules together");
	else if (!import_find_next(import, chain, at, &one, &next))
		import_problem(import, rule,
			       "what is not within its limit is not treated "
			       "alike by the rules after it");
	else if (is_needless(import, rule, next))
		rule->limit = NULL;
	else
		rule->limit->next = next;
}

void import_settle_limits(struct import *import)
{
	for (size_t i = 0; i < import->chain_count; i++) {
		for (size_t j = 0; j < import->chains[i].count; j++)
			settle_limit(import, i, j);
	}
}

void import_add_limit(struct import *import, struct import_rule *rule,
		      const struct import_limit *limit)
{
	if (rule->limit) {
		import_problem(import, rule, "no equivalent of two limits");
		return;
	}
	rule->limit = arena_alloc(&import->arena, sizeof(*rule->limit));
	*rule->limit = *limit;
}

/* --- keys */

static bool is_fixed(const struct import_rule *rule, enum policy_field field)
{
	const struct import_case *one = &rule->cases[0];

	for (size_t i = 0; rule->case_count == 1 && i < one->count; i++) {
		const struct policy_condition *condition = &one->conditions[i];

		if (condition->field == field && !condition->negated &&
		    !condition->set && condition->count == 1 &&
		    !memcmp(&condition->ranges[0].first,
			    &condition->ranges[0].last,
			    sizeof(struct policy_value)))
			return true;
	}
	return false;
}

/* Parts of a key for which all packets of the rule have the same value. */
static unsigned int fixed_parts(const struct import_rule *rule)
{
	unsigned int parts = 0;

	if (is_fixed(rule, POLICY_SRC4) || is_fixed(rule, POLICY_SRC6))
		parts |= IMPORT_KEY_FROM;
	if (is_fixed(rule, POLICY_DST4) || is_fixed(rule, POLICY_DST6))
		parts |= IMPORT_KEY_TO;
	if (is_fixed(rule, POLICY_SRC_PORT))
		parts |= IMPORT_KEY_FROM_PORT;
	if (is_fixed(rule, POLICY_DST_PORT))
		parts |= IMPORT_KEY_TO_PORT;
	return parts;
}

/* The key of a port has its protocol in it. */
static bool has_protocol(const struct import_rule *rule)
{
	return is_fixed(rule, POLICY_PROTOCOL);
}

bool import_limit_key(struct import_limit *limit,
		      const struct import_rule *rule, unsigned int parts)
{
	unsigned int open = parts & ~fixed_parts(rule);
	bool is_whole = limit->length4 == 32 &&
			(limit->length6 == 64 || limit->length6 == 128);

	switch (open) {
	case 0:
		limit->per = TG_LIMIT_PER_ALL;
		return true;
	case IMPORT_KEY_FROM:
		limit->per = TG_LIMIT_PER_FROM;
		return true;
	case IMPORT_KEY_TO:
		limit->per = TG_LIMIT_PER_TO;
		return true;
	case IMPORT_KEY_TO_PORT:
		limit->per = TG_LIMIT_PER_PORT;
		return has_protocol(rule);
	default:
		/* that of a flow, even if the rule fixes some of it */
		limit->per = TG_LIMIT_PER_FLOW;
		return parts == IMPORT_KEY_FLOW && is_whole &&
		       has_protocol(rule);
	}
}
