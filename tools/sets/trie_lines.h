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
	uint64_t words = TG_SET_WORDS_IN_LINE *
			 ((uint64_t)trie->memory->lines + TG_SET_WIDE_LINES);

	return words * TG_SET_PARENTS_MAX;
}

/*
 * A line of the table. Zeros, which lead nowhere, if it has no such line, if
 * more were read than a change of all of it needs, or if that has happened
 * before.
 */
static inline void *trie_line(struct trie *trie, uint32_t number)
{
	void *line = tg_set_line(trie->memory, number);

	if (number && line && !trie->is_damaged &&
	    trie->steps++ < trie_steps_max(trie))
		return line;
	trie->is_damaged = true;
	return memset(trie->nowhere, 0, sizeof(trie->nowhere));
}

/*
 * The nibble of a node's word. Nibbles grow on the way down: false if it is
 * below the one that is next.
 */
static inline bool trie_nibble(struct trie *trie, uint32_t word,
			       unsigned int next, unsigned int *nibble)
{
	*nibble = TG_SET_WORD_NIBBLE(word);
	if (*nibble >= next)
		return true;
	trie->is_damaged = true;
	return false;
}

/*
 * Returns a zeroed line that no word leads to, or 0 if no line is free or
 * memory is short. Waits for running programs where the line was in use before.
 */
uint32_t trie_take_line(struct trie *trie);

#endif
