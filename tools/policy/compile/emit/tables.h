/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes the tables that map a field's values to classes, or to ranks of
 * intervals. progs/include/policy_class.h reads them.
 */
#ifndef TG_COMPILE_TABLES_H
#define TG_COMPILE_TABLES_H

#include "blob.h"
#include "policy/compile/model/dimension.h"
#include "policy_table.h"

/* A dimension, and the number that its intervals are mapped to. */
struct numbering {
	const struct dimension *dimension;
	const uint32_t *numbers; /* NULL: the interval's index, its rank */
	uint32_t count;		 /* distinct numbers */
};

uint32_t number_of_interval(const struct numbering *numbering,
			    uint32_t interval);

/* Iterates over values in order, tracking their interval. */
struct number_walk {
	const struct numbering *numbering;
	uint32_t interval;
};

uint32_t number_at(struct number_walk *walk, uint64_t value);

/* Return the table's offset; blob->is_full is set on failure. */
uint32_t table_direct(struct blob *blob, const struct numbering *numbering);
uint32_t table_paged(struct blob *blob, const struct numbering *numbering);

/*
 * Returns -E2BIG, and writes nothing, if the trie would exceed size_max bytes.
 */
int table_trie(struct blob *blob, const struct numbering *numbering,
	       size_t size_max, struct tg_policy_trie *layout);

/* bits: the size of keys. can_be_short: the lookup supports 16-bit starts. */
int table_wide(struct blob *blob, const struct numbering *numbering,
	       unsigned int bits, bool can_be_short,
	       struct tg_policy_wide *wide);

#endif
