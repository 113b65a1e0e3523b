/* SPDX-License-Identifier: GPL-2.0-only */
/* Pseudo-random numbers, reproducible from the seed on any machine. */
#ifndef TG_RANDOM_H
#define TG_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
	uint64_t value = random->state += 0x9e3779b97f4a7c15ULL;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
	return value ^ value >> 31;
}

/* A number from 0 to count - 1. */
static inline uint32_t random_below(struct random *random, uint32_t count)
{
	return (random_next(random) >> 32) * count >> 32;
}

static inline bool random_is(struct random *random, uint32_t percent)
{
	return random_below(random, 100) < percent;
}

#endif
