// SPDX-License-Identifier: GPL-2.0-only
#include "exposure.h"

#include <ctype.h>
#include <string.h>

#include "demand.h"
#include "hook_limits.h"
#include "policy/language/limits.h"
#include "policy/language/ranges.h"
#include "policy/language/text/source.h"

#define ICMP6 58
#define NEIGHBOUR_SOLICITATION 135
#define NEIGHBOUR_ADVERTISEMENT 136

#define QUIET "check: quiet"

/* The kinds of packets that some rule of a policy passes. */
struct passing {
	bool ip4, ip6, arp, neighbours;
	size_t work; /* rules left to visit; at 0, assume that all pass */
};

static bool passes(enum policy_action action)
{
	return action == POLICY_NEXT || action == POLICY_PASS ||
	       action == POLICY_ACCEPT;
}

/* --- which kinds of packets pass */

static bool passes_some(const struct policy_rule *rule)
{
	const struct policy_rule *over = policy_rule_over(rule);

	return passes(rule->action) || (over && passes(over->action));
}

static bool has_protocol(const struct demand *demand, unsigned int protocol)
{
	return demand->protocols[protocol / 64] >> protocol % 64 & 1;
}

static bool takes_new(const struct policy_condition *condition)
{
	struct policy_range fact = { { 0, TG_FLOW_FACT_NEW },
				     { 0, TG_FLOW_FACT_NEW } };

	return ranges_within(&fact, 1, condition->ranges, condition->count) !=
	       condition->negated;
}

static bool takes_neighbours(const struct policy_condition *condition)
{
	struct policy_range types = { { 0, NEIGHBOUR_SOLICITATION },
				      { 0, NEIGHBOUR_ADVERTISEMENT } };

	/* neighbour discovery begins no flow, and is part of none */
	if (condition->field == POLICY_FLOW)
		return takes_new(condition);
	if (condition->field != POLICY_ICMP_TYPE)
		return true;
	if (condition->negated)
		return !ranges_within(&types, 1, condition->ranges,
				      condition->count);
	return ranges_meet(&types, 1, condition->ranges, condition->count);
}

/* What a packet needs to reach a rule and to meet its conditions. */
struct reaching {
	struct demand demand;
	bool neighbours; /* no ICMP type excludes neighbour discovery */
};

/* Add the conditions of a rule; false if no packet can meet them. */
static bool reach_rule(struct reaching *reaching,
		       const struct policy_rule *rule)
{
	if (policy_rule_is_empty(rule))
		return false;
	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_condition *condition = &rule->conditions[i];
		struct demand demand = demand_of(condition);

		if (!demand_join(&reaching->demand, &demand))
			return false;
		reaching->neighbours &= takes_neighbours(condition);
	}
	return true;
}

static void note_passing(struct passing *passing,
			 const struct reaching *reaching)
{
	const struct demand *demand = &reaching->demand;

	passing->ip4 |= !!(demand->families & IS_IP4);
	passing->ip6 |= !!(demand->families & IS_IP6);
	passing->arp |= !!(demand->families & IS_ARP);
	passing->neighbours |= demand->families & IS_IP6 &&
			       has_protocol(demand, ICMP6) &&
			       reaching->neighbours;
}

static void walk_block(const struct policy *policy, size_t number,
		       const struct reaching *before, struct passing *passing)
{
	const struct policy_block *block = &policy->blocks[number];

	for (size_t i = 0; i < block->count && passing->work; i++) {
		const struct policy_rule *rule = &block->rules[i];
		struct reaching reaching = *before;

		passing->work--;
		if (!reach_rule(&reaching, rule))
			continue;
		if (rule->action == POLICY_JUMP)
			walk_block(policy, rule->target, &reaching, passing);
		else if (passes_some(rule))
			note_passing(passing, &reaching);
	}
}

static struct passing what_passes(const struct policy *policy)
{
	struct reaching all = { demand_any, true };
	struct passing passing = { .work = POLICY_RULES_MAX };

	walk_block(policy, 0, &all, &passing);
	if (!passing.work)
		passing.arp = passing.neighbours = true;
	return passing;
}

static void check_neighbours(const struct policy *policy,
			     struct diagnostics *diagnostics)
{
	struct passing passing = what_passes(policy);

	if (passing.ip4 && !passing.arp) {
		report_warning(diagnostics, policy->default_place,
			       "ARP is dropped: IPv4 hosts on this link cannot "
			       "find each other");
		report_hint(diagnostics, "'pass arp' lets it pass");
	}
	if (passing.ip6 && !passing.neighbours) {
		report_warning(diagnostics, policy->default_place,
			       "neighbour discovery is dropped: IPv6 hosts on "
			       "this link cannot find each other");
		report_hint(diagnostics,
			    "'pass icmp6 type { neighbour-solicitation, "
			    "neighbour-advertisement }' lets it pass");
	}
}

/* --- the rest */

static bool is_quiet_line(const char *line, size_t length)
{
	while (length && isspace((unsigned char)line[length - 1]))
		length--;
	while (length && isspace((unsigned char)*line))
		line++, length--;
	if (!length || *line != '#')
		return false;
	do
		line++, length--;
	while (length && isspace((unsigned char)*line));
	return length == strlen(QUIET) && !memcmp(line, QUIET, length);
}

static bool is_quiet(struct sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		struct source *source = &sources->list[i];
		const char *line;
		size_t length;

		if (!memmem(source->text, source->size, QUIET, strlen(QUIET)))
			continue;
		for (size_t n = 1; (line = source_line(source, n, &length));
		     n++) {
			if (is_quiet_line(line, length))
				return true;
		}
	}
	return false;
}

/*
 * A pass as the last rule has no effect if packets that no rule matches are
 * passed too, unless it changes the packet. A pass before a drop is useful: it
 * is an exception to the drop.
 */
static void check_default(const struct policy *policy,
			  struct diagnostics *diagnostics)
{
	const struct policy_block *block = &policy->blocks[0];
	const struct policy_rule *last = &block->rules[block->count - 1];
	struct policy_place whole = { 0 };

	if (policy->default_place.line || last->change_count || last->keep ||
	    last->limit ||
	    (last->action != POLICY_PASS && last->action != POLICY_ACCEPT))
		return;
	report_warning(diagnostics, whole,
		       "no default: packets that no rule matches are not "
		       "dropped");
	report_hint(diagnostics,
		    "add 'default drop' to drop them, or 'default next' if "
		    "this is intended");
}

static void warn_no_rules(const struct policy *policy,
			  struct diagnostics *diagnostics)
{
	bool drops = !passes(policy->default_action);

	if (policy->default_keep)
		return; /* that is its purpose */
	report_warning(diagnostics, policy->default_place,
		       "no rules: every packet is %s",
		       drops ? "dropped" : "passed");
}

static void check_first(const struct policy_rule *rule,
			struct diagnostics *diagnostics)
{
	if (rule->condition_count || rule->limit ||
	    (rule->action != POLICY_PASS && rule->action != POLICY_ACCEPT))
		return;
	report_warning(diagnostics, rule->place,
		       "every packet passes: the first rule has no condition");
}

/* True if the rule has a condition that starts with 'from' or 'to'. */
static bool has_direction(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		switch (rule->conditions[i].field) {
		case POLICY_SRC_MAC:
		case POLICY_DST_MAC:
		case POLICY_SRC4:
		case POLICY_SRC6:
		case POLICY_DST4:
		case POLICY_DST6:
		case POLICY_SRC_PORT:
		case POLICY_DST_PORT:
			return true;
		default:
			break;
		}
	}
	return false;
}

static const struct policy_rule *directed_rule(const struct policy *policy)
{
	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++) {
			if (has_direction(&block->rules[j]))
				return &block->rules[j];
		}
	}
	return NULL;
}

static void check_directions(const struct policy *policy, unsigned int hooks,
			     struct diagnostics *diagnostics)
{
	unsigned int receiving =
		HOOK_BIT(TG_HOOK_XDP) | HOOK_BIT(TG_HOOK_INGRESS);
	const struct policy_rule *rule;

	if (!(hooks & receiving) || !(hooks & HOOK_BIT(TG_HOOK_EGRESS)))
		return;
	rule = directed_rule(policy);
	if (!rule)
		return;
	report_warning(diagnostics, rule->place,
		       "these rules apply to received and to sent packets: "
		       "'from' is the other host in the former, and this host "
		       "in the latter");
	report_hint(diagnostics, "choose one of the hooks with '--hook'");
}

static const struct policy_condition *
empty_condition(const struct policy_rule *rule)
{
	const struct policy_condition *found = NULL;

	for (size_t i = rule->condition_count; i > 0; i--) {
		const struct policy_condition *one = &rule->conditions[i - 1];

		/* prefer one that is not negated: the rule cannot match */
		if (policy_condition_is_empty(one) &&
		    (!found || found->negated))
			found = one;
	}
	return found;
}

static void check_empty_sets(const struct policy_rule *rule,
			     struct diagnostics *diagnostics)
{
	const struct policy_condition *empty = empty_condition(rule);
	const char *what;

	if (!empty)
		return;
	what = empty->negated ? "this condition excludes no packet"
			      : "this rule matches no packet";
	if (empty->list)
		report_warning(diagnostics, rule->place,
			       "%s: the list '%s' is empty", what, empty->list);
	else
		report_warning(diagnostics, rule->place, "%s: a set is empty",
			       what);
}

static void check_sets(const struct policy *policy,
		       struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++)
			check_empty_sets(&block->rules[j], diagnostics);
	}
}

void check_exposure(const struct policy *policy, unsigned int hooks,
		    struct diagnostics *diagnostics)
{
	const struct policy_block *main_block = &policy->blocks[0];

	if (is_quiet(policy->sources))
		return;
	check_directions(policy, hooks, diagnostics);
	check_sets(policy, diagnostics);
	if (!main_block->count) {
		warn_no_rules(policy, diagnostics);
		return;
	}
	check_default(policy, diagnostics);
	check_first(&main_block->rules[0], diagnostics);
	if (!passes(policy->default_action))
		check_neighbours(policy, diagnostics);
}
