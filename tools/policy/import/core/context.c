// SPDX-License-Identifier: GPL-2.0-only
/*
 * Matches on things that are not in the frame: the device, which the user names
 * with an option, and the connection's state.
 */
#include <string.h>

#include "import.h"
#include "policy/language/words.h"

bool import_is_device(const struct import *import, const char *pattern,
		      char wildcard)
{
	size_t length = strlen(pattern);

	if (length && pattern[length - 1] == wildcard)
		return !strncmp(import->device, pattern, length - 1);
	return !strcmp(import->device, pattern);
}

void import_and_device(struct import *import, struct import_rule *rule,
		       const char *pattern, char wildcard, bool outgoing,
		       bool negated)
{
	if (outgoing != import->sends)
		import_problem(import, rule,
			       "the device that packets %s is not known where "
			       "they %s: '%s'",
			       outgoing ? "leave by" : "arrive by",
			       outgoing ? "arrive" : "leave", pattern);
	else if (!import->device)
		import_problem(import, rule,
			       "a policy is for one device, which --device "
			       "names: '%s'",
			       pattern);
	else if (import_is_device(import, pattern, wildcard) == negated)
		rule->elsewhere = true;
}

static bool is_same_word(const char *text, size_t size, const char *word)
{
	return strlen(word) == size && !strncasecmp(text, word, size);
}

void import_state_add(struct import *import, struct import_states *states,
		      const char *text, size_t size)
{
	const char *word;
	uint32_t fact;

	for (size_t i = 0; (word = word_at(WORDS_FLOW, i, &fact)); i++) {
		if (!is_same_word(text, size, word))
			continue;
		states->facts |= 1U << fact;
		return;
	}
	if (is_same_word(text, size, "untracked"))
		states->untracked = arena_copy(&import->arena, text, size);
	else if (!states->other)
		states->other = arena_copy(&import->arena, text, size);
}

/* What is not tracked there is new here. */
static const char *lost_state(const struct import_states *states)
{
	if (states->other)
		return states->other;
	return states->facts & 1U << TG_FLOW_FACT_NEW ? NULL
						      : states->untracked;
}

/* A state without equivalent, beside others, is left out of the set. */
static bool leave_out(struct import *import, struct import_rule *rule,
		      const struct import_states *states, bool negated)
{
	const char *lost = lost_state(states);

	if (!lost)
		return true;
	if (!states->facts) {
		import_problem(import, rule, "no equivalent of the state '%s'",
			       lost);
		return false;
	}
	rule->left_out = arena_format(&import->arena, "the state '%s'", lost);
	if (negated)
		rule->wider = true;
	else
		rule->narrower = true;
	return true;
}

void import_and_state(struct import *import, struct import_rule *rule,
		      const struct import_states *states, bool negated)
{
	struct ranges set = import_set(import);

	if (!leave_out(import, rule, states, negated))
		return;
	for (uint32_t fact = 0; fact < TG_FLOW_FACTS; fact++) {
		struct policy_value value = { .lo = fact };

		if (states->facts >> fact & 1)
			ranges_add(&set, (struct policy_range){ value, value });
	}
	ranges_sort(&set);
	import_and(import, rule, import_condition(POLICY_FLOW, negated, &set));
}

static bool excludes_new(const struct policy_condition *condition)
{
	const struct policy_range one = { { .lo = TG_FLOW_FACT_NEW },
					  { .lo = TG_FLOW_FACT_NEW } };

	return condition->field == POLICY_FLOW &&
	       ranges_within(&one, 1, condition->ranges, condition->count) ==
		       condition->negated;
}

enum policy_keep import_keeps(const struct import *import,
			      const struct import_case *one)
{
	if (!import->asks_flows || !import_case_is_ip(import, one))
		return POLICY_KEEP_NOT;
	for (size_t i = 0; i < one->count; i++) {
		if (excludes_new(&one->conditions[i]))
			return POLICY_KEEP_NOT;
	}
	return POLICY_KEEP;
}
