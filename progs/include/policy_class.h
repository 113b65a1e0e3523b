/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Map the value of a field to its class with the tables of maps/policy_table.h.
 * A class is stored as TG_CLASS(number).
 */
#ifndef TG_POLICY_CLASS_H
#define TG_POLICY_CLASS_H

#include "policy_compare.h"
#include "policy_load.h"
#include "policy_table.h"
#include "policy_value.h"

/*
 * Shift the index right by the lowest five bits of the reference. BPF and the
 * processor mask the shift count themselves; in C that has to be explicit.
 */
static __always_inline __u32 tg_index_for(__u32 reference, __u32 index)
{
#ifdef __bpf__
	asm("%0 >>= %1" : "+w"(index) : "w"(reference));
	return index;
#else
	return index >> (reference & 31);
#endif
}

/* One step through a row, a node or a cell. */
static __always_inline __u32 tg_step(__u32 reference, __u32 class)
{
	return tg_load32((__u64)reference + tg_index_for(reference, class));
}

/* The last step, which yields the outcome. */
static __always_inline __u32 tg_step_last(__u32 reference, __u32 class)
{
	return tg_load32_behind(
		(__u64)reference + tg_index_for(reference, class), TG_LAST_ROW);
}

/* The value of a cell. */
static __always_inline __u32 tg_cell_meaning(__u32 cell)
{
	return tg_step_last(cell, 0);
}

/* --- the same with short rows */

/* All ones for a cell, 0 for a row. */
static __always_inline __u32 tg_is_cell(__u32 reference)
{
	__u32 is_cell = (reference / TG_SHORT_ROW_BIT & 1) - 1;

	tg_barrier_var(is_cell);
	return is_cell;
}

/* first: the first word of the row, the offset of its pattern. */
static __always_inline __u32 tg_short_word(__u32 reference, __u32 first,
					   __u32 class)
{
	__u32 number = tg_load8((__u64)first + class / TG_CLASS(1));

	number &= ~tg_is_cell(reference);
	return tg_load32_behind((__u64)reference + 4 * number, 4);
}

/* The first word of a cell is the next reference. */
static __always_inline __u32 tg_step_short(__u32 reference, __u32 class)
{
	__u32 first = tg_load32(reference);
	__u32 next = tg_short_word(reference, first, class);

	return next ^ ((next ^ first) & tg_is_cell(reference));
}

static __always_inline __u32 tg_step_short_last(__u32 reference, __u32 class)
{
	return tg_short_word(reference, tg_load32(reference), class);
}

static __always_inline __u32 tg_class_direct(__u32 map, __u32 value)
{
	return tg_load32((__u64)map + 4 * value);
}

static __always_inline __u32 tg_class_paged(__u32 map, __u32 value)
{
	__u32 page = tg_load32((__u64)map + 4 * (value >> 8));

	return tg_load32((__u64)page + 4 * (value & 0xff));
}

static __always_inline __u32 tg_class_trie(const struct tg_policy_trie *trie,
					   __u32 key)
{
	__u32 root = tg_index_for(trie->root_shift, key);
	__u32 middle = tg_index_for(trie->middle_shift, key);
	__u32 at = tg_load32((__u64)trie->root + 4 * root);

	at = tg_step(at, TG_CLASS(middle & trie->middle_mask));
	return tg_step(at, TG_CLASS(key & trie->low_mask));
}

/* --- wide keys: struct tg_policy_wide */

/*
 * Keys of up to 64 bits are in the upper half. The width is constant where a
 * key is used, which removes the code for starts of other sizes: several
 * hundred instructions per field.
 */
struct tg_wide_key {
	__u64 high, low;
	__u32 bits;
};

static __always_inline __u64 tg_wide_less(struct tg_wide_key key, __u64 a,
					  __u64 b)
{
	return key.bits < 64 ? tg_is_less32(a, b) : tg_is_less(a, b);
}

/* The word that the windows are taken from. */
static __always_inline __u64 tg_wide_word(const struct tg_policy_wide *wide,
					  struct tg_wide_key key)
{
	__u64 lowest = tg_two_halves(wide->lowest);
	__u64 word = key.high - lowest;

	if (lowest && !wide->wraps)
		word &= tg_wide_less(key, key.high, lowest) - 1;
	return word;
}

/* The entry of the first node. */
static __always_inline __u64 tg_wide_first(const struct tg_policy_wide *wide,
					   __u64 word)
{
	__u64 index = word >> (wide->shift & TG_WIDE_SHIFT);
	__u64 last = wide->last;
	__u64 is_beyond = -(wide->shift ? tg_is_less32(last, index)
					: tg_is_less(last, index));

	tg_barrier_var(is_beyond);
	return index ^ ((index ^ last) & is_beyond);
}

/* The class, or the number of starts before those to be compared. */
static __always_inline __u64 tg_wide_walk(const struct tg_policy_wide *wide,
					  struct tg_wide_key key)
{
	__u64 step = (__u64)wide->root << 32;
	__u64 word = tg_wide_word(wide, key);
	__u64 index = tg_wide_first(wide, word);

#pragma clang loop unroll(full)
	for (__u32 i = 1; i < TG_WIDE_STEPS; i++) {
		if (i >= wide->steps)
			break;
		step = tg_load64((step >> 32) + 8 * index);
		index = word >> (step & TG_WIDE_SHIFT) &
			(__u32)step >> TG_WIDE_MASK_SHIFT;
	}
	return tg_load32_behind((step >> 32) + 4 * index, TG_WIDE_BEHIND);
}

/* 1 if the interval starts at or before the key, else 0. */
static __always_inline __u64 tg_wide_reaches(const struct tg_policy_wide *wide,
					     struct tg_wide_key key,
					     const void *start)
{
	const __u64 *words = start;
	__u64 is_less;

	if (key.bits == 32)
		return tg_is_less32(*(const __u32 *)start, key.high);
	/*
	 * Never true. But the verifier prunes at branches, and explores a third
	 * less of the largest policy with this one.
	 */
	if (key.bits == 48 && wide->start_size < sizeof(*words))
		return 0;
	is_less = tg_is_less(words[0], key.high);
	if (key.bits == 128 && wide->start_size == 16)
		is_less |= tg_is_less(words[1], key.low) &
			   ~tg_is_not_zero(words[0] ^ key.high);
	return is_less;
}

static __always_inline const void *
tg_wide_starts(const struct tg_policy_wide *wide, __u64 first, __u32 count)
{
	return tg_load_block(wide->starts + first * wide->start_size,
			     count * wide->start_size);
}

static __always_inline __u64 tg_wide_search(const struct tg_policy_wide *wide,
					    struct tg_wide_key key, __u64 first)
{
	__u64 stride = (__u64)(wide->compares + 1) << wide->halvings;
	__u32 size = wide->start_size, left = wide->halvings;
	const char *starts;
	__u64 reached = 0;

	/* do-while: 6.1 rejects a loop that is entered by falling into it */
	if (left) {
#pragma clang loop unroll(disable)
		do {
			stride >>= 1;
			starts = tg_wide_starts(wide, first + stride - 1, 1);
			first += stride & -tg_wide_reaches(wide, key, starts);
		} while (--left);
	}
	starts = tg_wide_starts(wide, first, wide->compares);
#pragma clang loop unroll(full)
	for (__u32 i = 0; i < TG_WIDE_COMPARES_MAX; i++) {
		if (i < wide->compares)
			reached +=
				tg_wide_reaches(wide, key, starts + i * size);
	}
	return first + reached;
}

/*
 * Where starts are short, the windows say how many there are: what comes after
 * them is about other keys.
 */
static __always_inline __u64
tg_wide_search_short(const struct tg_policy_wide *wide, __u16 low, __u64 found)
{
	__u64 first = found & TG_WIDE_FIRST;
	__u64 count = found >> TG_WIDE_COUNT_SHIFT;
	__u64 start, half, are_less = 1, reached = 0;
	__u32 left = wide->halvings;
	const __u16 *starts;

	if (left) {
#pragma clang loop unroll(disable)
		do {
			half = count >> 1;
			start = tg_load16(wide->starts + 2 * (first + half) -
					  2);
			first += half & -tg_is_less32(start, low);
			count -= half;
		} while (--left);
	}
	starts = tg_wide_starts(wide, first, wide->compares);
#pragma clang loop unroll(full)
	for (__u32 i = 0; i < TG_WIDE_COMPARES_MAX; i++) {
		if (i < wide->compares) {
			are_less &= tg_is_less32(starts[i], low);
			reached += are_less;
		}
	}
	return first + tg_least(reached, count);
}

static __always_inline __u32 tg_wide_class(const struct tg_policy_wide *wide,
					   __u64 interval)
{
	if (wide->classes)
		return tg_load32(wide->classes + 4 * interval);
	return TG_CLASS((__u32)interval);
}

static __always_inline __u32 tg_class_wide(const struct tg_policy_wide *wide,
					   struct tg_wide_key key)
{
	__u64 interval = 0;

	if (wide->steps)
		interval = tg_wide_walk(wide, key);
	if (wide->compares)
		interval = tg_wide_search(wide, key, interval);
	return tg_wide_class(wide, interval);
}

/* An IPv4 address, whose starts may be short. */
static __always_inline __u32 tg_class_wide4(const struct tg_policy_wide *wide,
					    __u32 address)
{
	struct tg_wide_key key = { .high = address, .bits = 32 };
	__u64 found;

	if (wide->start_size != sizeof(__u16))
		return tg_class_wide(wide, key);
	found = tg_wide_walk(wide, key);
	return tg_wide_class(wide, tg_wide_search_short(wide, address, found));
}

#endif
