/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules on standard output: for people, for machines, to be compared. */
#ifndef TG_RULE_PRINT_H
#define TG_RULE_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "rule_lines.h"

/* With numbers, counts and places: a table, or a JSON object. */
void rules_print(const struct rule_lines *rules, uint32_t program, bool json);

/* Of a policy as a whole; the file is that of its first rule, or NULL. */
struct rule_summary {
	uint32_t rules;
	const char *default_verdict;
	const char *file; /* does not end in a 0 */
	size_t file_size;
};

struct rule_summary rules_summary(const struct rule_lines *rules);

/* The n-th line is rule n, and the last one the default. */
void rules_print_text(const struct rule_lines *rules);

/*
 * The rules that diff(1) found to go and come, for people or as a JSON array:
 * from lines "-NUMBER RULE" and "+NUMBER RULE". 0 or a negative errno.
 */
int rule_changes_print(FILE *in, bool json);

#endif
