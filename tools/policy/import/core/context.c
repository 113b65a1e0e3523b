// SPDX-License-Identifier: GPL-2.0-only
/*
 * Matches on things that are not in the frame: the device, which the user names
 * with an option, and the connection's state.
 */
#include <string.h>

#include "import.h"

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

bool import_is_new(const char *state, size_t size)
{
	return size == 3 &&
	       (!strncmp(state, "NEW", 3) || !strncmp(state, "new", 3));
}

void import_and_state(struct import_rule *rule, bool holds)
{
	rule->left_out = "the state: each packet counts as the first of its "
			 "connection";
	if (holds)
		rule->wider = true;
	else
		rule->never = true;
}
