/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables that map the values of a field to its classes, or to the ranks of
 * its intervals: what progs/include/policy_class.h reads.
 */
#ifndef TG_COMPILE_TABLES_H
#define TG_COMPILE_TABLES_H

#include "blob.h"
#include "dimension.h"
#include "policy_table.h"

/* A dimension, and the number that each of its intervals is to become. */
struct numbering {
	const struct dimension *dimension;
	const uint32_t *numbers; /* NULL: the interval's own, its rank */
	uint32_t count;		 /* how many different numbers */
};

uint32_t number_of_interval(const struct numbering *numbering,
			    uint32_t interval);

/* Offsets; a full blob says so itself. */
uint32_t table_direct(struct blob *blob, const struct numbering *numbering);
uint32_t table_paged(struct blob *blob, const struct numbering *numbering);
uint32_t table_trie(struct blob *blob, const struct numbering *numbering);

/* bits: of the keys */
int table_wide(struct blob *blob, const struct numbering *numbering,
	       unsigned int bits, struct tg_policy_wide *wide);

#endif
