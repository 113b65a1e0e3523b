/* SPDX-License-Identifier: GPL-2.0-only */
/* Deterministic pseudo-random numbers: splitmix64. */
#ifndef TG_BENCH_RANDOM_H
#define TG_BENCH_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_bits(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A number in [0, limit). */
static inline uint64_t random_below(struct random *random, uint64_t limit)
{
	return (unsigned __int128)random_bits(random) * limit >> 64;
}

static inline double random_unit(struct random *random)
{
	return (random_bits(random) >> 11) * 0x1.0p-53;
}

static inline bool random_percent(struct random *random, unsigned int percent)
{
	return random_below(random, 100) < percent;
}

#endif
