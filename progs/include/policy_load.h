/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads from a policy's tables. They are plain loads, and these are the only
 * places that check bounds: an offset is data, and never trusted.
 *
 * Whoever includes this has said before where the tables are:
 *	tg_table_start()  the first byte
 *	tg_table_size()   how many there are; a constant in the kernel
 */
#ifndef TG_POLICY_LOAD_H
#define TG_POLICY_LOAD_H

#include "cursor.h"

#define TG_BLUR_MASK 0xffffff

/*
 * The same number, of 24 bits, as one that the verifier knows nothing about.
 * Where it knows one, it knows which way a check of bounds goes, and remembers
 * by which way it came; where it does not, all ways of the parser are one from
 * here on.
 */
static __always_inline __u32 tg_blur(__u32 number)
{
#ifdef __bpf__
	const volatile char *start = tg_table_start(), *there;

	/* a pointer may not go just anywhere, even if nobody follows it */
	tg_forget(number);
	there = start + (number & TG_BLUR_MASK);
	tg_forget(there);
	tg_forget(start);
	return there - start;
#else
	return number;
#endif
}

/* A constant of 64 bits, which stands there as its lower and its upper half. */
static __always_inline __u64 tg_two_halves(const volatile __u32 halves[2])
{
	return (__u64)halves[1] << 32 | halves[0];
}

/* An offset beyond the end reads as 0, which leads nowhere. */
static __always_inline __u32 tg_load8(__u64 offset)
{
	tg_forget(offset);
	if (offset > tg_table_size() - sizeof(__u8))
		return 0;
	return *(const __u8 *)(tg_table_start() + offset);
}

static __always_inline __u32 tg_load16(__u64 offset)
{
	tg_forget(offset);
	if (offset > tg_table_size() - sizeof(__u16))
		return 0;
	return *(const __u16 *)(tg_table_start() + offset);
}

static __always_inline __u32 tg_load32(__u64 offset)
{
	/* or clang checks one register and uses another */
	tg_forget(offset);
	if (offset > tg_table_size() - sizeof(__u32))
		return 0;
	return *(const __u32 *)(tg_table_start() + offset);
}

/* The word that is so far behind, a constant. */
static __always_inline __u32 tg_load32_behind(__u64 offset, __u32 distance)
{
	tg_forget(offset);
	if (offset > tg_table_size() - distance - sizeof(__u32))
		return 0;
	return *(const __u32 *)(tg_table_start() + offset + distance);
}

static __always_inline __u64 tg_load64(__u64 offset)
{
	tg_forget(offset);
	if (offset > tg_table_size() - sizeof(__u64))
		return 0;
	return *(const __u64 *)(tg_table_start() + offset);
}

/* So many bytes, as a constant; the first ones if these are not all there. */
static __always_inline const __u64 *tg_load_block(__u64 offset, __u32 size)
{
	tg_forget(offset);
	if (offset > tg_table_size() - size)
		offset = 0;
	return (const __u64 *)(tg_table_start() + offset);
}

#endif
