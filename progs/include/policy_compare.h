/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comparisons without branches: the result is a number. Clang would turn a
 * plain comparison into a branch, which the processor may mispredict and which
 * doubles the verifier's paths.
 */
#ifndef TG_POLICY_COMPARE_H
#define TG_POLICY_COMPARE_H

#include "cursor.h"

/* 1 if a < b, else 0: the borrow of a - b. */
static __always_inline __u64 tg_is_less(__u64 a, __u64 b)
{
	__u64 difference = a - b;

	tg_barrier_var(difference);
	return ((~a & b) | ((~a | b) & difference)) >> 63;
}

/* The same for words below 1 << 63. */
static __always_inline __u64 tg_is_less32(__u64 a, __u64 b)
{
	__u64 difference = a - b;

	tg_barrier_var(difference);
	return difference >> 63;
}

static __always_inline __u64 tg_is_not_zero(__u64 number)
{
	__u64 negative = -number;

	tg_barrier_var(negative);
	return (number | negative) >> 63;
}

/* The smaller of two words that differ by less than 1 << 63. */
static __always_inline __u64 tg_least(__u64 a, __u64 b)
{
	__u64 less = a - b, is_less = (__s64)less >> 63;

	tg_barrier_var(is_less);
	return b + (less & is_less);
}

#endif
