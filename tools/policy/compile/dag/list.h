/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers for lists of rule numbers, used by the DAG's builder: a set of
 * numbers, and a memo of results by list.
 */
#ifndef TG_COMPILE_DAG_LIST_H
#define TG_COMPILE_DAG_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/hash.h"

/* --- a set of numbers that can be cleared quickly */

struct list_seen {
	uint32_t *stamps;
	uint32_t stamp;
};

bool list_seen_init(struct list_seen *seen, size_t count);
void list_seen_free(struct list_seen *seen);
void list_seen_clear(struct list_seen *seen);
/* Returns false if the number is already in the set. */
bool list_seen_add(struct list_seen *seen, uint32_t number);

/* A pseudo-random number for a set; signatures are the XOR of these. */
uint64_t list_tag(uint32_t set);

/* --- memo: from a list to the result for it */

struct list_memo {
	struct hash hash;
	struct list_memo_entry *entries;
	size_t count, room;
	uint32_t *words; /* all lists, concatenated */
	size_t word_count, word_room;
};

bool list_memo_find(const struct list_memo *memo, const uint32_t *list,
		    size_t count, uint32_t *value);
bool list_memo_add(struct list_memo *memo, const uint32_t *list, size_t count,
		   uint32_t value);
void list_memo_free(struct list_memo *memo);

#endif
