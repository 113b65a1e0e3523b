// SPDX-License-Identifier: GPL-2.0-only
/*
 * Logs. In netfilter a rule that logs goes on to the next rules. In a policy
 * the rule that decides logs. So a rule that only logs can be translated if the
 * rules after it do the same with all of its packets: it becomes a rule that
 * does that, and logs.
 */
#include <string.h>

#include "import.h"
#include "lib/utf8.h"
#include "policy/language/limits.h"

/* The text as the language has it; NULL if nothing is left of it. */
static const char *log_text(struct import *import, const char *prefix)
{
	size_t size = prefix ? strlen(prefix) : 0, kept = 0, length, valid;
	char *text;

	while (size && (prefix[size - 1] == ' ' || prefix[size - 1] == '\t'))
		size--;
	if (!size)
		return NULL;
	text = arena_copy(&import->arena, prefix, size);
	for (; kept < size; kept += length) {
		valid = utf8_length(text + kept, size - kept);
		length = valid ? valid : 1;
		if (kept + length > POLICY_LOG_MAX)
			break;
		if (text[kept] == '"')
			text[kept] = '\'';
		else if (!valid || utf8_is_control(text + kept, valid))
			memset(text + kept, '?', length);
	}
	text[kept] = '\0';
	return text;
}

void import_add_log(struct import *import, struct import_rule *rule,
		    const char *prefix)
{
	if (rule->logs) {
		import_problem(import, rule, "no equivalent of two logs");
		return;
	}
	rule->logs = true;
	rule->log = log_text(import, prefix);
}

/* The rule that decides about all packets of all cases. */
static bool find_next_of_all(struct import *import, size_t chain, size_t at,
			     const struct import_rule **next)
{
	const struct import_rule *rule = &import->chains[chain].rules[at];
	size_t found = 0;

	for (size_t i = 0; i < rule->case_count; i++) {
		const struct import_rule *decides;
		struct import_case one;

		if (!import_simplified(import, &rule->cases[i], &one))
			continue;
		if (!import_find_next(import, chain, at, &one, &decides) ||
		    (found++ && decides != *next))
			return false;
		*next = decides;
	}
	return found;
}

/* It decides now, as the rule after it, and logs. */
static void take_verdict(struct import *import, struct import_rule *rule,
			 const struct import_rule *next)
{
	if (rule->limit)
		rule->left_out = "the limit of its log: 'logs' is that of each "
				 "rule";
	else if (next && next->logs)
		rule->left_out = "the second log of its packets";
	rule->limit = NULL;
	if (!next) {
		rule->action = import->drops ? IMPORT_DROP : IMPORT_PASS;
		return;
	}
	rule->action = next->action;
	rule->reject = next->reject;
	rule->mark = next->mark;
	rule->changes = next->changes;
	rule->change_count = next->change_count;
	rule->changes_sets = next->changes_sets;
}

static void settle_log(struct import *import, size_t chain, size_t at)
{
	struct import_rule *rule = &import->chains[chain].rules[at];
	const struct import_rule *next = NULL;

	if (!rule->logs || import_has_verdict(rule))
		return;
	if (!rule->problem && rule->action == IMPORT_NONE && !rule->mark.mask &&
	    !rule->change_count && !rule->wider && !rule->narrower &&
	    find_next_of_all(import, chain, at, &next)) {
		take_verdict(import, rule, next);
		return;
	}
	rule->logs = false;
	if (rule->action != IMPORT_NONE || rule->mark.mask)
		rule->left_out = "its log: only a rule that decides logs";
	else if (!rule->problem)
		import_problem(import, rule,
			       "only a rule that decides logs, and the rules "
			       "after it treat its packets differently");
}

/* From the last to the first: one of two logs has the other's verdict. */
void import_settle_logs(struct import *import)
{
	for (size_t i = 0; i < import->chain_count; i++) {
		for (size_t j = import->chains[i].count; j-- > 0;)
			settle_log(import, i, j);
	}
}
