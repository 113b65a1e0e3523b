/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Change a set of the table in force. The map is locked for writing; functions
 * return 0 or a negative errno after a message.
 */
#ifndef TG_SETS_CHANGE_H
#define TG_SETS_CHANGE_H

#include "rebuild.h"

struct set_tally {
	size_t added, kept, refused; /* refused: the set is full */
	size_t deleted, missing;
};

/* Entries without a deadline get that of the set's timeout. */
void set_default_deadlines(const struct set_map *map, unsigned int number,
			   struct set_entries *entries, uint32_t now);

/* Adds until the set is full. */
int set_add_entries(struct set_map *map, unsigned int number,
		    const struct set_entries *entries, struct set_tally *tally);

int set_del_entries(struct set_map *map, unsigned int number,
		    const struct set_entries *entries, struct set_tally *tally);

/*
 * Counts how many of these entries are new: not in the set, and not repeated in
 * the list. The count may be too high if it does not exceed `room`. False: out
 * of memory.
 */
bool set_count_new(struct set_map *map, unsigned int number,
		   const struct set_entries *entries, bool is_replaced,
		   size_t room, size_t *count);

#endif
