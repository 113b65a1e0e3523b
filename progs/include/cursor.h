/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cursor walks down a packet. tg_pull() is the only place that checks
 * bounds, and it checks two: where the bytes at hand end (which is what the
 * verifier wants to see), and where the packet says that it ends. They differ
 * when a packet is padded or lies about its length, and when an skb keeps part
 * of its bytes elsewhere.
 *
 * Nothing here depends on BPF: unit tests and fuzzers compile it natively.
 */
#ifndef TG_CURSOR_H
#define TG_CURSOR_H

#include <linux/stddef.h>
#include <linux/types.h>

enum tg_parse_error {
	TG_PARSED = 0,
	TG_ERR_MALFORMED = -1, /* a header is cut off, or contradicts itself */
	TG_ERR_SPLIT = -2,     /* the header is there, but not at hand */
};

struct tg_cursor {
	void *start;
	void *pos;
	void *end;  /* of the bytes at hand */
	__u32 left; /* bytes of the packet from pos on, by its own account */
};

/*
 * Step over a header that the caller reads. It takes cur->pos first; the bytes
 * from there on are safe when this returns 0.
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
 * Hides from the compiler what it knows about a number, so that a bound which
 * it would find superfluous, and drop, stays where the verifier needs it.
 */
#define tg_forget(number) asm volatile("" : "+r"(number))

/* No header starts further in: eight extensions of 2 KiB are the longest way.
 */
#define TG_OFFSET_MASK 0x7fff

/*
 * The same place, as one that the verifier knows less about: without it, it
 * follows each way that leads here (no tag, one, two; each number of extension
 * headers) on to the end, and that is 20 times the work.
 */
static __always_inline void tg_merge_paths(struct tg_cursor *cur)
{
	__u64 offset = cur->pos - cur->start;

	tg_forget(offset); /* or it is computed in 32 bits, of pointers */
	cur->pos = cur->start + (offset & TG_OFFSET_MASK);
}

/* The same number, as one that the verifier knows no more about than this. */
static __always_inline __u32 tg_unlearn(struct tg_cursor *cur, __u32 number,
					__u32 mask)
{
	void *pos = cur->start + number;
	__u64 there;

	tg_forget(pos);
	there = pos - cur->start;
	tg_forget(there);
	return there & mask;
}

/* Step over bytes that nobody reads: they need to exist, not to be at hand. */
static __always_inline int tg_skip(struct tg_cursor *cur, __u32 size)
{
	if (size > cur->left)
		return TG_ERR_MALFORMED;
	cur->pos += size;
	cur->left -= size;
	tg_merge_paths(cur);
	return TG_PARSED;
}

/* A length field has spoken: the packet ends so many bytes from here. */
static __always_inline int tg_limit(struct tg_cursor *cur, __u32 size)
{
	if (size > cur->left)
		return TG_ERR_MALFORMED;
	cur->left = size;
	return TG_PARSED;
}

#endif
