/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Replaces the table in force: to replace a list, to make room, and to repair
 * what a killed writer has left. A packet sees the old
 * table or the new one. Functions return 0 or a negative errno after a message.
 */
#ifndef TG_SETS_REBUILD_H
#define TG_SETS_REBUILD_H

#include "kernel.h"

struct set_plan {
	uint32_t emptied;	 /* sets whose entries are left out */
	uint32_t forgotten;	 /* sets that are left out with all */
	uint64_t keys;		 /* make buckets for at least this many */
	uint64_t prefixes;	 /* make room for this many more */
	uint8_t shifts[TG_SETS]; /* of wheels, if that is more */
	const bool *lengths;	 /* by form: to be registered; NULL: none */
	/* what is added before the table comes into force */
	const struct set_entries *entries;
	unsigned int number; /* of their set */
};

/* The map is locked for writing. */
int set_rebuild(struct set_map *map, const struct set_plan *plan);

/* set_map_lock(); and a table that a killed writer has left is made anew. */
int set_lock_to_change(struct set_map *map);

/* The set is being changed, or no longer. */
void set_mark_changed(struct set_map *map, unsigned int number, bool is_so);

#endif
