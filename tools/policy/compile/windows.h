/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which bits of a wide key a trie looks at in each step. What all prefixes have
 * in common costs one small step, and bits in which nothing differs cost none.
 */
#ifndef TG_COMPILE_WINDOWS_H
#define TG_COMPILE_WINDOWS_H

#include <stddef.h>

#include "dimension.h"
#include "policy_table.h"

#define WINDOW_WORD_BITS 64

struct windows {
	unsigned int steps;
	/* bits before each window, and after the last */
	unsigned int ends[TG_WIDE_STEPS + 1];
	size_t bucket_room; /* starts inside of a block that needs no window */
};

/* Starts of intervals in order, shifted to the left of 128 bits. */
struct windows windows_choose(const u128 *starts, size_t count);

#endif
