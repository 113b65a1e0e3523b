/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the rules of a loaded policy and their counters from the policy's maps.
 * Used by tg-rules and tg-look.
 */
#ifndef TG_LOADED_RULES_H
#define TG_LOADED_RULES_H

#include "rule_lines.h"

/* A policy's maps, in the order in which they are pinned. */
enum loaded_map {
	LOADED_TEXT,
	LOADED_COUNTERS,
	LOADED_MAPS,
};

/* Their file descriptors; -1 if not open. */
struct loaded_rules {
	int maps[LOADED_MAPS];
};

/*
 * Gets the id of the program in a slot of a pinned prog array. Returns 0 or a
 * negative errno.
 */
int slot_program(const char *array, uint32_t slot, uint32_t *id);

/* The version of the program's tables, or 0 if it is not a policy. */
uint32_t loaded_rules_version(uint32_t program);

/*
 * Opens the maps of a program. Returns -EPROTO if it is not a policy or of
 * another version. On success loaded_rules_close() is needed.
 */
int loaded_rules_open(struct loaded_rules *loaded, uint32_t program);

/* The same for pinned maps; -ENOENT if one of them does not exist. */
int loaded_rules_open_pins(struct loaded_rules *loaded, const char *folder);
void loaded_rules_close(struct loaded_rules *loaded);

/*
 * Pins the maps in a folder of a bpffs, and removes the pins, ignoring those
 * that do not exist. The last map is pinned last and removed first, so that its
 * pin means that all are there.
 */
int loaded_rules_pin(const struct loaded_rules *loaded, const char *folder);
void loaded_rules_unpin(const char *folder);

/*
 * loaded_rules_read() reads the rules, with lists by name or, if expand is set,
 * by value; loaded_rules_count() adds the counters to the lines.
 */
int loaded_rules_read(const struct loaded_rules *loaded,
		      struct rule_lines *rules, bool expand);
int loaded_rules_count(const struct loaded_rules *loaded,
		       struct rule_lines *rules);

/*
 * Copies the rules' text from a section of an object or a map; the caller frees
 * it. A policy that was built without rules gets the line of its default.
 */
char *rule_text_copy(const char *section, size_t size);

#endif
