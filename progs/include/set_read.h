/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What reading and changing a table of sets share.
 *
 * The includer defines before, for programs over maps, for tests and tools over
 * memory:
 *	tg_set_table		what a table is passed as
 *	tg_set_line(table, n)	a pointer to line n, NULL if there is none
 *	tg_set_head_of(table)	the head, which is always there
 *	tg_set_now()		the time, in units of TG_SET_TIME_SHIFT
 */
#ifndef TG_SET_READ_H
#define TG_SET_READ_H

#include "map_word.h"
#include "policy_compare.h"
#include "set_table.h"

/*
 * Call step(number, context) `count` times at most, until it is not 0. The
 * verifier checks it once or twice, not for each number.
 */
#ifdef __bpf__
#define tg_set_each(count, step, context) \
	bpf_loop((count), (step), (context), 0)
#else
static __always_inline void
tg_set_each(__u32 count, long (*step)(__u32 number, void *context),
	    void *context)
{
	for (__u32 i = 0; i < count; i++)
		if (step(i, context))
			return;
}
#endif

/*
 * 0, but not for the verifier. Before 6.7, it checks a step with the context of
 * the first call only, and removes code that this one does not reach: numbers
 * that decide what a step does must not be known.
 */
static __always_inline __u64 tg_set_hidden_zero(__u64 number)
{
	__u64 same = number;

	tg_barrier_var(same);
	return number - same;
}

/* The sets that a value is in, and those that it is excepted from. */
struct tg_set_sums {
	__u32 sets, exceptions;
};

/* All bits if the deadline is later, else none: without a branch. */
static __always_inline __u32 tg_set_is_later(__u32 deadline, __u32 now)
{
	return -(__u32)tg_is_less32(now, deadline);
}

#endif
