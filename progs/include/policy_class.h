/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the value of a field to its class, through the tables of
 * maps/policy_table.h. A class is what TG_CLASS() makes of its number.
 */
#ifndef TG_POLICY_CLASS_H
#define TG_POLICY_CLASS_H

#include "policy_load.h"
#include "policy_table.h"

/*
 * The index to the right by the lowest five bits of the reference. Processors
 * do not look at more than these, and neither does BPF; C wants to be told.
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

/* One step, whatever is met: a row, a node or a cell. */
static __always_inline __u32 tg_step(__u32 reference, __u32 class)
{
	return tg_load32((__u64)reference + tg_index_for(reference, class));
}

/* What a cell stands for. */
static __always_inline __u32 tg_cell_meaning(__u32 cell)
{
	return tg_load32((__u64)cell + 4);
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

static __always_inline __u32 tg_class_trie(__u32 map, __u32 key)
{
	__u32 at = tg_load32((__u64)map + 4 * (key >> 16));

	at = tg_step(at, TG_CLASS(key >> 8 & 0xff));
	at = tg_step(at, TG_CLASS(key & 0xff));
	return tg_cell_meaning(at);
}

struct tg_wide_key {
	__u64 high, low;
};

/*
 * 1 where a < b, else 0: the borrow of a - b. Clang makes a branch of what it
 * knows to be a comparison, and then the verifier has twice as many ways with
 * each step.
 */
static __always_inline __u64 tg_is_less(__u64 a, __u64 b)
{
	__u64 difference = a - b;

	tg_forget(difference);
	return ((~a & b) | ((~a | b) & difference)) >> 63;
}

static __always_inline __u64 tg_is_not_zero(__u64 number)
{
	__u64 negative = -number;

	tg_forget(negative);
	return (number | negative) >> 63;
}

/* 1 where start <= key, else 0. */
static __always_inline __u64 tg_wide_reaches(const struct tg_policy_wide *wide,
					     struct tg_wide_key key,
					     __u64 start)
{
	__u64 high = tg_load64(start);
	__u64 is_before = tg_is_less(key.high, high);

	if (wide->bucket_is_low)
		is_before |= tg_is_less(key.low, tg_load64(start + 8)) &
			     ~tg_is_not_zero(key.high ^ high);
	return is_before ^ 1;
}

#define TG_BUCKET_STEPS_MAX 24 /* more than there are intervals */

/*
 * The bucket: its own offset, how many intervals start after its first one,
 * where (16 bytes each), and a class for the first and for each of them. The
 * number of steps is that of the largest bucket; what is too much changes
 * nothing.
 */
static __always_inline __u32 tg_class_bucket(const struct tg_policy_wide *wide,
					     __u64 bucket,
					     struct tg_wide_key key)
{
	__u32 count = tg_load32(bucket + 4);
	__u64 starts = bucket + 8, classes = starts + 16 * (__u64)count;
	__u64 at = 0, left = count;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < TG_BUCKET_STEPS_MAX; i++) {
		__u64 half = left >> 1, reaches;

		if (i >= wide->bucket_steps)
			break;
		reaches = tg_wide_reaches(wide, key, starts + 16 * (at + half));
		reaches = -(reaches & tg_is_not_zero(left));
		tg_forget(reaches);
		at += (half + 1) & reaches;
		left = (half & ~reaches) | ((left - half - 1) & reaches);
	}
	return tg_load32(classes + 4 * at);
}

static __always_inline __u32 tg_class_wide(const struct tg_policy_wide *wide,
					   struct tg_wide_key key)
{
	__u32 at = wide->root;

#pragma clang loop unroll(full)
	for (__u32 i = 0; i < TG_WIDE_STEPS; i++) {
		if (i < wide->steps)
			at = tg_step(at, TG_CLASS(key.high >> wide->shift[i] &
						  wide->mask[i]));
	}
	if (wide->has_buckets && at >= wide->cells_end)
		return tg_class_bucket(wide, at, key);
	return tg_cell_meaning(at);
}

#endif
