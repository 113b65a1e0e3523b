/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prints rules as a table, as JSON, or as text for comparison. Used by
 * tg-rules.
 */
#ifndef TG_RULE_PRINT_H
#define TG_RULE_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "rule_lines.h"

/* Prints rules with numbers, counters and places. */
void rules_print(const struct rule_lines *rules, uint32_t program, bool json);

/* Summary of a policy; `file` is the file of its first rule, or NULL. */
struct rule_summary {
	uint32_t rules;
	uint64_t
		hash; /* of the rules in their order, and what goes with them */
	const char *default_verdict;
	const char *file; /* not NUL-terminated */
	size_t file_size;
};

struct rule_summary rules_summary(const struct rule_lines *rules);

/*
 * Prints a line for each rule, one for the default, the declarations of sets
 * and other statements: so the number of a rule's line is the rule's number.
 */
void rules_print_text(const struct rule_lines *rules);

/*
 * Prints the rules that diff(1) found removed and added, as text or as a JSON
 * array. Reads lines "-NUMBER RULE" and "+NUMBER RULE" from `in`. Returns 0 or
 * a negative errno.
 */
int rule_changes_print(FILE *in, bool json);

#endif
