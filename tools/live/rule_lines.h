/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of a compiled policy, parsed from the text stored in its object;
 * see policy/compile/emit/rule_text.h. Used by tg-rules and tg-explain.
 * After the rules, there is a line for each one with a limit, which counts what
 * is over it; its rule is what is done then: "else drop". Policies are compared
 * by the rules alone, with lists by value, regardless of
 * position; the n-th of several equal rules matches the n-th of the other
 * policy.
 */
#ifndef TG_RULE_LINES_H
#define TG_RULE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counters.h"

struct rule_line {
	const char *place;   /* "FILE:LINE", or "-:0" */
	const char *rule;    /* with lists by name or by value */
	const char *log;     /* the text of its `log`, or NULL */
	char *filled_in;     /* owns `rule` if list marks were replaced */
	uint64_t hash;	     /* of the rule with lists by value */
	uint32_t occurrence; /* counts equal rules, from 0 */
	uint32_t over_of; /* 0, or the rule whose limit these packets exceed */
	struct tg_counter count;
};

struct rule_list {
	const char *name, *values; /* values may be truncated */
	size_t count;
	uint64_t hash; /* of all values */
	bool is_cut;
};

struct rule_lines {
	char *text; /* owns what place and rule point into */
	struct rule_list *lists;
	uint32_t list_count;
	const char **sets; /* declarations of named sets */
	uint32_t set_count;
	const char *flows;   /* the block 'flows', or NULL */
	const char *replies; /* the statement 'replies', or NULL */
	const char *logs;    /* the statement 'logs', or NULL */
	struct rule_line *lines;
	struct rule_line **sorted; /* by rule, then by occurrence */
	uint32_t count;
	size_t expanded; /* bytes of values that replaced names */
};

/* Total of all rules; a list is expanded in each rule that names it. */
#ifndef RULE_LINES_EXPANDED_MAX
#define RULE_LINES_EXPANDED_MAX ((size_t)64 << 20)
#endif

/*
 * Parses the NUL-terminated text, which was allocated with malloc(), takes
 * ownership of it, and numbers equal rules. With expand, lists are replaced by
 * their values, up to RULE_LINES_EXPANDED_MAX bytes in total; further lists
 * keep their names. Returns 0 or a negative errno; rule_lines_free() is needed
 * either way.
 */
int rule_lines_parse(struct rule_lines *rules, char *text, bool expand);

/* Only sorts, for lines whose occurrence is already set. */
int rule_lines_sort(struct rule_lines *rules);

void rule_lines_free(struct rule_lines *rules);

/*
 * Makes equal rules use the text of the others, as a list may be by name in one
 * and by value in the other. Both have to stay allocated.
 */
void rule_lines_use_texts(struct rule_lines *rules,
			  const struct rule_lines *others);

/* Adds the counters of one to the equal rules of the other. */
void rule_lines_add(struct rule_lines *to, const struct rule_lines *from);

#endif
