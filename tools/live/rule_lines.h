/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of a compiled policy, as the text that it carries with it: see
 * policy/compile/emit/rule_text.h. Two policies are compared by the rules
 * alone, with the values of their lists, wherever they stand; of rules that say
 * the same, the n-th of one is the n-th of the other.
 */
#ifndef TG_RULE_LINES_H
#define TG_RULE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counters.h"

struct rule_line {
	const char *place;   /* "FILE:LINE", or "-:0" */
	const char *rule;    /* with lists by name, or written out */
	char *filled_in;     /* the same, where it had marks of lists */
	uint64_t hash;	     /* of what it says, lists written out */
	uint32_t occurrence; /* 0 for the first that says this */
	struct tg_counter count;
};

struct rule_list {
	const char *name, *values; /* which may be cut */
	size_t count;
	uint64_t hash; /* of all values */
	bool is_cut;
};

struct rule_lines {
	char *text; /* what place and rule point into */
	struct rule_list *lists;
	uint32_t list_count;
	struct rule_line *lines;
	struct rule_line **sorted; /* by rule, then by occurrence */
	uint32_t count;
	size_t expanded; /* bytes of values in place of names */
};

/* Of all rules together: a list is written out in each rule that names it. */
#ifndef RULE_LINES_EXPANDED_MAX
#define RULE_LINES_EXPANDED_MAX ((size_t)64 << 20)
#endif

/*
 * Takes the text, which ends in a 0 and was allocated, and numbers what is said
 * twice. With expand, rules have the values of lists in place of their names,
 * until these are RULE_LINES_EXPANDED_MAX bytes. 0 or a negative errno; it
 * needs rule_lines_free() in any case.
 */
int rule_lines_parse(struct rule_lines *rules, char *text, bool expand);

/* The same, of lines that know their occurrence: only sorts them. */
int rule_lines_sort(struct rule_lines *rules);

void rule_lines_free(struct rule_lines *rules);

/*
 * A rule that says the same as one of the others has its text from now on: a
 * list in the one may be written out in the other. They have to live as long.
 */
void rule_lines_take_words(struct rule_lines *rules,
			   const struct rule_lines *others);

/* Adds the counts of one to those of the other, rule by rule. */
void rule_lines_add(struct rule_lines *to, const struct rule_lines *from);

#endif
