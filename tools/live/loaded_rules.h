/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules of a policy that the kernel holds, and what they have counted. */
#ifndef TG_LOADED_RULES_H
#define TG_LOADED_RULES_H

#include "rule_lines.h"

/* The maps of one policy, open; -1 where there is none. */
struct loaded_rules {
	int text, counters;
};

/* The program in a slot of a pinned prog array; 0 or a negative errno. */
int slot_program(const char *array, uint32_t slot, uint32_t *id);

/* The version of the program's tables, or 0 where it has none. */
uint32_t loaded_rules_version(uint32_t program);

/*
 * -EPROTO where the program is no policy, or one of another version. Needs a
 * close, if it is 0.
 */
int loaded_rules_open(struct loaded_rules *loaded, uint32_t program);

/* The same of pins; -ENOENT where one of them is not there. */
int loaded_rules_open_pins(struct loaded_rules *loaded, const char *text,
			   const char *counters);
void loaded_rules_close(struct loaded_rules *loaded);

/*
 * What it says, without counts, with lists by name or written out; and the
 * counts, added to those of the lines.
 */
int loaded_rules_read(const struct loaded_rules *loaded,
		      struct rule_lines *rules, bool expand);
int loaded_rules_count(const struct loaded_rules *loaded,
		       struct rule_lines *rules);

/*
 * From the section as it stands in an object or a map: its own copy. A policy
 * without rules, as built, gets the line that it behaves by.
 */
char *rule_text_copy(const char *section, size_t size);

#endif
