/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of a table that nodes and records of its tries take. */
#ifndef TG_SETS_TRIE_LINES_H
#define TG_SETS_TRIE_LINES_H

#include "trie.h"

/*
 * A zeroed line that no word leads to. 0: there is none, or no memory to find
 * one. Waits for running programs where the line was in use before.
 */
uint32_t trie_take_line(struct trie *trie);

#endif
