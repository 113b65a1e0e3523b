/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a value is in a set, and which entry says so. */
#ifndef TG_SETS_TABLE_FIND_H
#define TG_SETS_TABLE_FIND_H

#include "table.h"

struct set_membership {
	bool is_member;
	bool has_entry, has_exception;
	struct set_entry entry;	    /* the longest prefix, or the value */
	struct set_entry exception; /* the longest that covers the value */
};

/* `value` is a whole address, a port or the like. */
struct set_membership set_table_find(struct set_table *table,
				     unsigned int number,
				     const struct tg_set_key *value,
				     uint32_t now);

#endif
