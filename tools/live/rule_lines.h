/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of a compiled policy, as the text that it carries with it: a line
 * for the default and for each rule by its number, FILE:LINE<tab>RULE. Two
 * policies are compared by the rules alone, wherever they stand; of rules that
 * say the same, the n-th of one is the n-th of the other.
 */
#ifndef TG_RULE_LINES_H
#define TG_RULE_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "counters.h"

struct rule_line {
	const char *place; /* "FILE:LINE", or "-:0" */
	const char *rule;
	uint64_t hash;
	uint32_t occurrence; /* 0 for the first that says this */
	struct tg_counter count;
};

struct rule_lines {
	char *text; /* what place and rule point into */
	struct rule_line *lines;
	struct rule_line **sorted; /* by rule, then by occurrence */
	uint32_t count;
};

/*
 * Takes the text, which ends in a 0 and was allocated, and numbers what is said
 * twice. 0 or a negative errno; it needs rule_lines_free() in any case.
 */
int rule_lines_parse(struct rule_lines *rules, char *text);

/* The same, of lines that know their occurrence: only sorts them. */
int rule_lines_sort(struct rule_lines *rules);

void rule_lines_free(struct rule_lines *rules);

/* Adds the counts of one to those of the other, rule by rule. */
void rule_lines_add(struct rule_lines *to, const struct rule_lines *from);

#endif
