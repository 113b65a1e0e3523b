/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Change a table's tries of prefixes while programs read them. One writer at a
 * time: the caller has the lock of the sets.
 *
 * Each change is a store of one word: a new line is complete before a word
 * leads to it, and a line that no word leads to any longer is left as it is
 * until a sweep has waited for the programs that may read it.
 *
 * A damaged table leads to no access outside of it and to no endless walk: its
 * `is_damaged` is set, and what was to change may be changed in part.
 */
#ifndef TG_SETS_TRIE_H
#define TG_SETS_TRIE_H

#include "memory.h"

struct trie_prefix {
	uint64_t high, low; /* in the upper bits, 0 after the length */
	uint8_t length;	    /* 32 at most for IPv4, which is in `high` */
	bool is_ip6;
};

struct trie {
	const struct set_memory *memory;
	uint8_t *used; /* after a sweep: whether a word leads to the line */
	uint32_t next, end; /* of `used`: nodes are taken from its start,
			       records from its end */
	uint32_t pending;   /* a line that is taken, though no word leads to it
			       yet */
	uint32_t spare_lines; /* a sweep that finds no more is of no use */
	/* damaged: words lead nowhere, or in circles */
	bool is_damaged;
	uint64_t steps; /* lines that were read in this call */
	struct tg_set_node nowhere;
};

void trie_close(struct trie *trie);

/* NULL: the table has no such prefix. */
struct tg_set_record *trie_find(struct trie *trie,
				const struct trie_prefix *prefix);

/*
 * The prefix's record, a new one if there is none. NULL: no line is free. It
 * may be changed until trie_settle(); that of trie_find() after trie_expose().
 */
struct tg_set_record *trie_add(struct trie *trie,
			       const struct trie_prefix *prefix);

/* Lookups read the record of the prefix, whatever it says. */
void trie_expose(struct trie *trie, const struct trie_prefix *prefix);

/* They need not read it if it is simple. */
void trie_settle(struct trie *trie, const struct trie_prefix *prefix);

/* One more record of the same prefix, for more states; NULL: no line is free.
 */
struct tg_set_record *trie_extend(struct trie *trie,
				  struct tg_set_record *record);

/* Remove the prefix with all its records. */
void trie_remove(struct trie *trie, const struct trie_prefix *prefix);

#endif
