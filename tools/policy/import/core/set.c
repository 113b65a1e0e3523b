// SPDX-License-Identifier: GPL-2.0-only
/* Sets of the policy, and rules that change them, for the readers. */
#include "import.h"
#include "policy/language/limits.h"

#define NAME_KEPT 24 /* characters; import_name() may add a number */

const char *import_set_name(struct import *import, const char *name)
{
	return import_name(
		import, arena_format(&import->arena, "%.*s", NAME_KEPT, name));
}

const struct policy_set *import_set_declare(struct import *import,
					    const struct policy_set *like)
{
	struct policy_set *set;

	if (import->set_count == TG_SETS)
		return NULL;
	if (!import->sets)
		import->sets =
			arena_alloc(&import->arena, TG_SETS * sizeof(*set));
	set = &import->sets[import->set_count];
	*set = *like;
	if (!set->size)
		set->size = POLICY_SET_SIZE;
	if (set->size > POLICY_SET_SIZE_MAX)
		set->size = POLICY_SET_SIZE_MAX;
	if (set->timeout > POLICY_SET_TIME_MAX)
		set->timeout = POLICY_SET_TIME_MAX;
	set->number = import->set_count++;
	return set;
}

static void no_change(struct import *import, struct import_rule *rule,
		      const char *what)
{
	import_problem(import, rule, "no equivalent of %s", what);
}

/* A change of the same entry, or NULL. */
static struct policy_change *find_change(struct import_rule *rule,
					 const struct policy_change *like)
{
	for (size_t i = 0; i < rule->change_count; i++) {
		struct policy_change *change = &rule->changes[i];

		if (change->set == like->set && change->side == like->side)
			return change;
	}
	return NULL;
}

void import_add_change(struct import *import, struct import_rule *rule,
		       const struct policy_change *change)
{
	struct policy_change *same = find_change(rule, change);

	if (same && same->kind == change->kind &&
	    same->seconds != change->seconds) {
		no_change(import, rule, "two times for an entry");
		return;
	}
	if (same) {
		*same = *change; /* the last one decides */
		return;
	}
	if (rule->change_count == TG_SET_CHANGES_MAX) {
		no_change(import, rule, "that many changes of sets");
		return;
	}
	if (!rule->changes)
		rule->changes = arena_alloc(
			&import->arena, TG_SET_CHANGES_MAX * sizeof(*change));
	rule->changes[rule->change_count++] = *change;
}

bool import_has_verdict(const struct import_rule *rule)
{
	return rule->action == IMPORT_PASS || rule->action == IMPORT_DROP ||
	       rule->action == IMPORT_REJECT;
}

void import_check_changes(struct import *import, struct import_rule *rule)
{
	if (rule->change_count && !import_has_verdict(rule))
		no_change(import, rule, "changing a set without a verdict");
	if (rule->problem)
		rule->change_count = 0;
}
