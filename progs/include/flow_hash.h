/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys of flows: which end is first, the hash, and the ways that it names.
 */
#ifndef TG_FLOW_HASH_H
#define TG_FLOW_HASH_H

#include "flow_table.h"
#include "policy_compare.h"

/* A key, read or written as 5 words; a flow as 8. */
typedef __u64 __attribute__((__may_alias__)) tg_flow_word;

#define TG_FLOW_KEY_WORDS (sizeof(struct tg_flow_key) / sizeof(tg_flow_word))
#define TG_FLOW_WORDS (sizeof(struct tg_flow) / sizeof(tg_flow_word))

/* --- ends */

/* The borrow of a - b - borrow. */
static __always_inline __u64 tg_flow_borrow(__u64 a, __u64 b, __u64 borrow)
{
	__u64 difference = a - b - borrow;

	tg_barrier_var(difference);
	return ((~a & b) | ((~a | b) & difference)) >> 63;
}

static __always_inline __u64 tg_flow_address_word(const __u32 *words)
{
	return (__u64)words[0] << 32 | words[1];
}

/* Ports, protocol, form and VLAN as one word, and where the ports are in it. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define TG_FLOW_LAST_WORD(low, high, rest, vlan)                           \
	((__u64)(vlan) << 48 | (__u64)(rest) << 32 | (__u64)(high) << 16 | \
	 (low))
#define TG_FLOW_REST(protocol, form) ((form) << 8 | (protocol))
#define TG_FLOW_PORTS_SHIFT 0
#else
#define TG_FLOW_LAST_WORD(low, high, rest, vlan)                          \
	((__u64)(low) << 48 | (__u64)(high) << 32 | (__u64)(rest) << 16 | \
	 (vlan))
#define TG_FLOW_REST(protocol, form) ((protocol) << 8 | (form))
#define TG_FLOW_PORTS_SHIFT 32
#endif

static __always_inline __u64 tg_flow_last_word(__u16 low_port, __u16 high_port,
					       __u8 protocol, __u8 form,
					       __u16 vlan)
{
	return TG_FLOW_LAST_WORD(low_port, high_port,
				 TG_FLOW_REST(protocol, form), vlan);
}

/* 1 if the high end is below the low end: by address, then by port. */
static __always_inline __u64 tg_flow_is_reversed(const struct tg_flow_key *key)
{
	__u64 borrow = tg_flow_borrow(key->high_port, key->low_port, 0);

	borrow = tg_flow_borrow(tg_flow_address_word(key->high + 2),
				tg_flow_address_word(key->low + 2), borrow);
	return tg_flow_borrow(tg_flow_address_word(key->high),
			      tg_flow_address_word(key->low), borrow);
}

/*
 * The caller has put the sender of a packet at the low end, and the receiver at
 * the high end: exchange them if they are not in order. Returns is_high, 1 if
 * the sender is the high end. Without branches: either end sends next.
 */
static __always_inline __u32 tg_flow_order(struct tg_flow_key *key)
{
	tg_flow_word *low = (tg_flow_word *)key->low;
	tg_flow_word *high = (tg_flow_word *)key->high;
	tg_flow_word *last = (tg_flow_word *)&key->low_port;
	__u64 is_high = tg_flow_is_reversed(key), mask = -is_high, change;

	tg_barrier_var(mask);
	change = (low[0] ^ high[0]) & mask;
	low[0] ^= change;
	high[0] ^= change;
	change = (low[1] ^ high[1]) & mask;
	low[1] ^= change;
	high[1] ^= change;
	change = (key->low_port ^ key->high_port) & mask;
	*last ^= (change << 16 | change) << TG_FLOW_PORTS_SHIFT;
	return is_high;
}

/* --- hash */

#define TG_FLOW_MIX1 0x9e3779b97f4a7c15ULL
#define TG_FLOW_MIX2 0xd6e8feb86659fd93ULL

static __always_inline __u64 tg_flow_hash_pair(const __u32 *secret, __u64 word)
{
	return (__u64)((__u32)word + secret[0]) *
	       ((__u32)(word >> 32) + secret[1]);
}

/*
 * NH, with a last step that carries the sum's bits to all places. `more` is
 * what else is hashed, and no sender can choose.
 */
static __always_inline __u64 tg_flow_hash_more(const __u32 *secret,
					       const struct tg_flow_key *key,
					       __u64 more)
{
	const tg_flow_word *words = (const tg_flow_word *)key;
	__u64 hash;

	hash = tg_flow_hash_pair(secret, words[0]) +
	       tg_flow_hash_pair(secret + 2, words[1]) +
	       tg_flow_hash_pair(secret + 4, words[2]) +
	       tg_flow_hash_pair(secret + 6, words[3]) +
	       tg_flow_hash_pair(secret + 8, words[4]) + more;
	hash ^= hash >> 32;
	hash *= TG_FLOW_MIX1;
	return hash ^ hash >> 29;
}

static __always_inline __u64 tg_flow_hash(const struct tg_flow_head *head,
					  const struct tg_flow_key *key)
{
	return tg_flow_hash_more(head->secret, key, 0);
}

/*
 * The bits that say the bucket: the upper half of a point. The first point is
 * the hash.
 */
static __always_inline __u64 tg_flow_second_point(__u64 hash)
{
	return hash * TG_FLOW_MIX2;
}

static __always_inline __u32 tg_flow_bucket(__u32 buckets, __u64 point)
{
	return (point >> 32) * buckets >> 32;
}

/* Not the bits of the first bucket, nor those that its first way is made of. */
static __always_inline __u16 tg_flow_mark(__u64 hash)
{
	__u64 mark = hash & 0xffff;

	return mark + TG_FLOW_MARK_MIN * tg_is_less32(mark, TG_FLOW_MARK_MIN);
}

/*
 * The way that a flow is in if it was open: so the processor predicts that it
 * is there, and reads the flow before the words of the bucket have come.
 */
static __always_inline __u32 tg_flow_first_way(__u64 hash)
{
	return hash >> 16 & (TG_FLOW_WAYS - 1);
}

/* --- ways of a bucket, as a set of bits */

/*
 * The bit of a way is at such a place that the product with a constant has the
 * way's number in its upper three bits.
 */
#define TG_FLOW_NUMBERING (0x17ULL << 56)
#define TG_FLOW_PLACES 0x56374210U /* a digit for each way */
#define TG_FLOW_WAY_BIT(way) (1ULL << (15 & TG_FLOW_PLACES >> 4 * (way)))

/* The number of the lowest bit's way. */
static __always_inline __u32 tg_flow_way_of(__u64 ways)
{
	return (ways & -ways) * TG_FLOW_NUMBERING >> 61;
}

/* 1 if the word has the mark, else 0: without a branch. */
static __always_inline __u64 tg_flow_has_mark(__u64 word, __u16 mark)
{
	__u64 difference = ((word ^ mark) & 0xffff) - 1;

	tg_barrier_var(difference);
	return difference >> 63;
}

#endif
