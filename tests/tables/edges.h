/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values at the edges of a field: 0, 1, the last two values, each power of two
 * and its neighbours, for finding masks and comparisons that are off by one.
 */
#ifndef TG_EDGES_H
#define TG_EDGES_H

#include "random.h"

/* A value from 2^n - 2 to 2^n + 1, modulo the field's size. */
static inline uint32_t random_edge(struct random *random, uint32_t bits)
{
	uint64_t power = 1ULL << random_below(random, bits + 1);

	return (power + random_below(random, 4) - 2) & ((1ULL << bits) - 1);
}

#endif
