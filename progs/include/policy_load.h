/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read from a policy's tables. The functions are plain loads, and the only ones
 * that check bounds: offsets are data, and never trusted.
 *
 * The includer defines before:
 *	tg_table_start()  the first byte
 *	tg_table_size()   the number of bytes; a constant in the kernel
 */
#ifndef TG_POLICY_LOAD_H
#define TG_POLICY_LOAD_H

#include "cursor.h"

#define TG_HIDE_U24_MASK 0xffffff

/*
 * Hide a number of up to 24 bits from the verifier. With a known number it
 * knows the result of each bounds check, and keeps the paths through the parser
 * apart; with an unknown one they become one path from here on.
 */
static __always_inline __u32 tg_hide_u24(__u32 number)
{
#ifdef __bpf__
	const volatile char *start = tg_table_start(), *there;

	/* the verifier limits the offset of a pointer even if it is not used */
	tg_barrier_var(number);
	there = start + (number & TG_HIDE_U24_MASK);
	tg_barrier_var(there);
	tg_barrier_var(start);
	return there - start;
#else
	return number;
#endif
}

/* A 64-bit constant that is stored as its lower and its upper half. */
static __always_inline __u64 tg_two_halves(const volatile __u32 halves[2])
{
	return (__u64)halves[1] << 32 | halves[0];
}

/* 0 if the offset is out of range. */
static __always_inline __u32 tg_load8(__u64 offset)
{
	tg_barrier_var(offset);
	if (offset > tg_table_size() - sizeof(__u8))
		return 0;
	return *(const __u8 *)(tg_table_start() + offset);
}

static __always_inline __u32 tg_load16(__u64 offset)
{
	tg_barrier_var(offset);
	if (offset > tg_table_size() - sizeof(__u16))
		return 0;
	return *(const __u16 *)(tg_table_start() + offset);
}

static __always_inline __u32 tg_load32(__u64 offset)
{
	/* otherwise clang checks one register and uses another */
	tg_barrier_var(offset);
	if (offset > tg_table_size() - sizeof(__u32))
		return 0;
	return *(const __u32 *)(tg_table_start() + offset);
}

/* Read the word at offset + distance (a constant); 0 if out of range. */
static __always_inline __u32 tg_load32_behind(__u64 offset, __u32 distance)
{
	tg_barrier_var(offset);
	if (offset > tg_table_size() - distance - sizeof(__u32))
		return 0;
	return *(const __u32 *)(tg_table_start() + offset + distance);
}

static __always_inline __u64 tg_load64(__u64 offset)
{
	tg_barrier_var(offset);
	if (offset > tg_table_size() - sizeof(__u64))
		return 0;
	return *(const __u64 *)(tg_table_start() + offset);
}

/*
 * `size` bytes (a constant) at offset; the start of the tables if out of range.
 */
static __always_inline const __u64 *tg_load_block(__u64 offset, __u32 size)
{
	tg_barrier_var(offset);
	if (offset > tg_table_size() - size)
		offset = 0;
	return (const __u64 *)(tg_table_start() + offset);
}

#endif
