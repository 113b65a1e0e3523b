/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of a table that nodes and records of its tries take. */
#ifndef TG_SETS_TRIE_LINES_H
#define TG_SETS_TRIE_LINES_H

#include <string.h>

#include "trie.h"

/* Each call of a function of trie.h begins with this. */
static inline void trie_begin(struct trie *trie)
{
	trie->steps = 0;
}

/*
 * The lines that are read at most to change one prefix: for each word of all
 * nodes, and of a wide root, a prefix with all its parents.
 */
static inline uint64_t trie_steps_max(const struct trie *trie)
{
	uint64_t words = TG_SET_WORDS_IN_NODE *
			 ((uint64_t)trie->memory->lines + TG_SET_WIDE_LINES);

	return words * TG_SET_PARENTS_MAX;
}

static inline void *trie_nowhere(struct trie *trie)
{
	trie->is_damaged = true;
	return memset(&trie->nowhere, 0, sizeof(trie->nowhere));
}

/*
 * A record of the table. Zeros, which lead nowhere, if it has no such line, if
 * more were read than a change of all of it needs, or if that has happened
 * before.
 */
static inline struct tg_set_record *trie_record(struct trie *trie,
						uint32_t line)
{
	struct tg_set_record *record = tg_set_line(trie->memory, line);

	if (line && record && !trie->is_damaged &&
	    trie->steps++ < trie_steps_max(trie))
		return record;
	return trie_nowhere(trie);
}

/* Whether a node can be there. */
static inline bool trie_is_node_line(const struct set_memory *memory,
				     uint32_t line)
{
	return line && line % TG_SET_NODE_LINES == 0 &&
	       line + TG_SET_NODE_LINES <= memory->lines;
}

/* The same for the node that a word leads to, or for two lines of a root. */
static inline struct tg_set_node *trie_node(struct trie *trie, uint32_t line)
{
	if (trie_is_node_line(trie->memory, line) && !trie->is_damaged &&
	    trie->steps++ < trie_steps_max(trie))
		return tg_set_line(trie->memory, line);
	return trie_nowhere(trie);
}

/*
 * The nibble of a node's word. Nibbles grow on the way down: false if it is
 * below the one that is next.
 */
static inline bool trie_nibble(struct trie *trie, uint64_t word,
			       unsigned int next, unsigned int *nibble)
{
	*nibble = TG_SET_WORD_NIBBLE(word);
	if (*nibble >= next)
		return true;
	trie->is_damaged = true;
	return false;
}

/*
 * Return the first of zeroed lines that no word leads to, or 0 if none are free
 * or memory is short. Wait for running programs where the lines were in use
 * before.
 */
uint32_t trie_take_record(struct trie *trie);
uint32_t trie_take_node(struct trie *trie);

#endif
