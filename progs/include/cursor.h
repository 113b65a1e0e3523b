/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cursor walks down a packet. tg_pull() is the only place that checks bounds,
 * and it checks two of them: the end of the linear data, which the verifier
 * asks for, and the end of the packet according to its own length fields. They
 * differ when a packet is padded or its length is wrong, and when part of an
 * skb's data is in fragments.
 *
 * Nothing here depends on BPF: unit tests and fuzzers compile it natively.
 */
#ifndef TG_CURSOR_H
#define TG_CURSOR_H

#include <linux/stddef.h>
#include <linux/types.h>

enum tg_parse_error {
	TG_PARSED = 0,
	TG_ERR_MALFORMED = -1, /* a header is cut off or inconsistent */
	TG_ERR_SPLIT = -2,     /* the header is not in the linear data */
};

struct tg_cursor {
	void *start;
	void *pos;
	void *end;  /* of the linear data */
	__u32 left; /* bytes from pos on, by the packet's length fields */
};

/*
 * Step over a header. The caller saves cur->pos first; `size` bytes from there
 * are readable if this returns 0.
 */
static __always_inline int tg_pull(struct tg_cursor *cur, __u32 size)
{
	if (size > cur->left)
		return TG_ERR_MALFORMED;
	if (cur->pos + size > cur->end)
		return TG_ERR_SPLIT;
	cur->pos += size;
	cur->left -= size;
	return TG_PARSED;
}

/*
 * An optimization barrier: the compiler forgets what it knows about the number,
 * and so keeps a bounds check that it would drop as redundant but that the
 * verifier needs.
 */
#define tg_barrier_var(number) asm volatile("" : "+r"(number))

/* Above the offset of any header: eight extension headers of 2 KiB each. */
#define TG_OFFSET_MASK 0x7fff

/*
 * Hide the exact position from the verifier. Otherwise it explores everything
 * below once per path to here (no tag, one, two; each number of extension
 * headers), which is 20 times the work.
 */
static __always_inline void tg_merge_paths(struct tg_cursor *cur)
{
	__u64 offset = cur->pos - cur->start;

	tg_barrier_var(
		offset); /* or clang subtracts the low halves of the pointers */
	cur->pos = cur->start + (offset & TG_OFFSET_MASK);
}

/* Hide a number from the verifier, which then knows only the mask. */
static __always_inline __u32 tg_hide_masked(struct tg_cursor *cur, __u32 number,
					    __u32 mask)
{
	void *pos = cur->start + number;
	__u64 there;

	tg_barrier_var(pos);
	there = pos - cur->start;
	tg_barrier_var(there);
	return there & mask;
}

/* Step over bytes that are not read: they may be outside the linear data. */
static __always_inline int tg_skip(struct tg_cursor *cur, __u32 size)
{
	if (size > cur->left)
		return TG_ERR_MALFORMED;
	cur->pos += size;
	cur->left -= size;
	tg_merge_paths(cur);
	return TG_PARSED;
}

/* The packet ends `size` bytes from here, according to a length field. */
static __always_inline int tg_limit(struct tg_cursor *cur, __u32 size)
{
	if (size > cur->left)
		return TG_ERR_MALFORMED;
	cur->left = size;
	return TG_PARSED;
}

#endif
