/* SPDX-License-Identifier: GPL-2.0-only */
/* The limited rules of the programs that use a table, in force or not. */
#ifndef TG_LIMITS_RULES_H
#define TG_LIMITS_RULES_H

#include "live/loaded_rules.h"
#include "policy_limit.h"

struct limit_rule {
	struct tg_limit limit;
	const char *place, *text; /* "FILE:LINE", and the rule */
};

struct limit_rules {
	struct limit_rule *list;
	size_t count, room;
	struct rule_lines *lines; /* own the texts: of each program */
	size_t line_count, line_room;
};

/*
 * Reads the rules of all programs with this map. A rule that several programs
 * have is listed once. 0 or a negative errno; limit_rules_free() is needed
 * either way.
 */
int limit_rules_read(struct limit_rules *rules, int map);
void limit_rules_free(struct limit_rules *rules);

/* The rule that a name in the table is of; NULL if it is gone. */
const struct limit_rule *limit_rules_find(const struct limit_rules *rules,
					  uint32_t name);

#endif
