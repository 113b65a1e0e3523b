/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables that map the values of a field to its classes, or to the ranks of
 * its intervals: what progs/include/policy_class.h reads.
 */
#ifndef TG_COMPILE_TABLES_H
#define TG_COMPILE_TABLES_H

#include "blob.h"
#include "policy/compile/model/dimension.h"
#include "policy_table.h"

/* A dimension, and the number that each of its intervals is to become. */
struct numbering {
	const struct dimension *dimension;
	const uint32_t *numbers; /* NULL: the interval's own, its rank */
	uint32_t count;		 /* how many different numbers */
};

uint32_t number_of_interval(const struct numbering *numbering,
			    uint32_t interval);

/* Goes through the values in order, and always knows the interval. */
struct number_walk {
	const struct numbering *numbering;
	uint32_t interval;
};

uint32_t number_at(struct number_walk *walk, uint64_t value);

/* Offsets; a full blob says so itself. */
uint32_t table_direct(struct blob *blob, const struct numbering *numbering);
uint32_t table_paged(struct blob *blob, const struct numbering *numbering);

/* -E2BIG, and nothing is written, where it would be larger than that. */
int table_trie(struct blob *blob, const struct numbering *numbering,
	       size_t size_max, struct tg_policy_trie *layout);

/* bits: of the keys. Starts are short only where the lookup expects that. */
int table_wide(struct blob *blob, const struct numbering *numbering,
	       unsigned int bits, bool can_be_short,
	       struct tg_policy_wide *wide);

#endif
