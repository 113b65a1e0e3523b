/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Look up a value in a table of sets; maps/set_table.h has the layout.
 *
 * The includer defines before, for programs over maps, for tests and tools over
 * memory:
 *	tg_set_table		what a table is passed as
 *	tg_set_line(table, n)	a pointer to line n, NULL if there is none
 *	tg_set_now()		the time, in units of TG_SET_TIME_SHIFT
 */
#ifndef TG_SET_FIND_H
#define TG_SET_FIND_H

#include "policy_compare.h"
#include "set_table.h"

/* One load or store of the whole word, where it stands. */
#define TG_READ(place) (*(const volatile __typeof__(place) *)&(place))
#define TG_WRITE(place, value) \
	(*(volatile __typeof__(place) *)&(place) = (value))

/* The sets that a value is in, and those that it is excepted from. */
struct tg_set_sums {
	__u32 sets, exceptions;
};

/* All bits if the deadline is later, else none: without a branch. */
static __always_inline __u32 tg_set_is_later(__u32 deadline, __u32 now)
{
	return -(__u32)tg_is_less32(now, deadline);
}

/* --- hashed keys */

/* NH, with a last step that carries the sum's bits to all places. */
static __always_inline __u64 tg_set_hash(const struct tg_set_head *head,
					 const struct tg_set_key *key)
{
	const __u32 *secret = head->secret;
	__u32 rest = key->port | (__u32)key->protocol << 16 |
		     (__u32)(key->form) << 24;
	__u64 hash;

	hash = (__u64)(key->words[0] + secret[0]) *
		       (key->words[1] + secret[1]) +
	       (__u64)(key->words[2] + secret[2]) *
		       (key->words[3] + secret[3]) +
	       (__u64)(rest + secret[4]) * secret[5];
	hash ^= hash >> 32;
	hash *= 0x9e3779b97f4a7c15;
	return hash ^ hash >> 29;
}

/* The key's bucket, of its choices: they are far from each other. */
static __always_inline __u32 tg_set_bucket(const struct tg_set_head *head,
					   __u64 hash, __u32 choice)
{
	__u32 step = ((__u32)hash >> 2) + (1 << 29);
	__u32 point = (__u32)(hash >> 32) + choice * step;

	return (__u64)point * head->buckets >> 32;
}

static __always_inline __u16 tg_set_mark(__u64 hash)
{
	__u16 mark = hash;

	return mark < TG_SET_MARK_MIN ? mark + TG_SET_MARK_MIN : mark;
}

/*
 * The lanes of a bucket are two words. The bit of a lane is 16 * n in the first
 * word and 16 * n + 1 in the second; the product with a constant makes a number
 * of it, 0 to 7, in some order, where the flags are 7.
 */
#define TG_SET_EACH_LANE 0x0001000100010001ULL
#define TG_SET_LANE_BITS (TG_SET_EACH_LANE * 0x7fff)
#define TG_SET_FLAGS_LANE (1ULL << 49)
#define TG_SET_NUMBERING 0x1cfad44641637fc2ULL

static __always_inline __u64 tg_set_equal_lanes(__u64 word, __u16 mark)
{
	__u64 difference = word ^ TG_SET_EACH_LANE * mark;

	difference |= (difference & TG_SET_LANE_BITS) + TG_SET_LANE_BITS;
	return ~difference >> 15 & TG_SET_EACH_LANE;
}

/* A bit for each mark of the bucket that is `mark`. */
static __always_inline __u64 tg_set_lanes(const __u64 words[2], __u16 mark)
{
	return (tg_set_equal_lanes(words[0], mark) |
		tg_set_equal_lanes(words[1], mark) << 1) &
	       ~TG_SET_FLAGS_LANE;
}

static __always_inline __u32 tg_set_way(__u64 lanes)
{
	return (lanes & -lanes) * TG_SET_NUMBERING >> 61;
}

/*
 * The lane that a key is in if it was free: most entries are in theirs. So a
 * branch can be predicted, and the entry is read before its marks are there.
 */
static __always_inline __u32 tg_set_first_lane(__u64 hash)
{
	return (__u32)(hash >> 16 & 0xff) * TG_SET_WAYS >> 8;
}

static __always_inline __u64 tg_set_lane_bit(__u32 lane)
{
	return 1ULL << (16 * (lane & 3) + (lane >> 2));
}

static __always_inline int tg_set_has_spilled(const __u64 words[2])
{
	return words[1] >> 48 & TG_SET_SPILLED;
}

static __always_inline __u64 *
tg_set_bucket_words(tg_set_table table, const struct tg_set_head *head,
		    __u32 bucket)
{
	char *line = tg_set_line(table,
				 head->marks + bucket / TG_SET_BUCKETS_IN_LINE);

	if (!line)
		return NULL;
	return (__u64 *)(line + bucket % TG_SET_BUCKETS_IN_LINE * TG_SET_LANES *
					sizeof(__u16));
}

static __always_inline struct tg_set_entry *
tg_set_entry(tg_set_table table, const struct tg_set_head *head, __u32 bucket,
	     __u32 way)
{
	__u32 entry = bucket * TG_SET_WAYS + way;
	struct tg_set_entry *line = tg_set_line(
		table, head->entries + entry / TG_SET_ENTRIES_IN_LINE);

	if (!line)
		return NULL;
	return line + entry % TG_SET_ENTRIES_IN_LINE;
}

/* Differences without branches: most entries that are read are the right one.
 */
static __always_inline int tg_set_is_key(const struct tg_set_entry *entry,
					 const struct tg_set_key *key)
{
	const volatile __u32 *there = (const volatile __u32 *)&entry->key;
	const __u32 *words = (const __u32 *)key;

	return !((there[0] ^ words[0]) | (there[1] ^ words[1]) |
		 (there[2] ^ words[2]) | (there[3] ^ words[3]) |
		 (there[4] ^ words[4]));
}

/* Most entries have no deadline: the clock is read for the others only. */
static __always_inline void tg_set_sum_entry(struct tg_set_sums *sums,
					     const struct tg_set_entry *entry,
					     const struct tg_set_key *key)
{
	__u32 deadline, is_in = ~0U;
	__u64 state;

	if (!entry || !tg_set_is_key(entry, key))
		return;
	state = TG_READ(entry->state);
	deadline = TG_SET_STATE_DEADLINE(state);
	if (deadline != TG_SET_FOREVER)
		is_in = tg_set_is_later(deadline, tg_set_now());
	sums->sets |= TG_SET_STATE_SETS(state) & is_in;
	sums->exceptions |= TG_READ(entry->exceptions) & is_in;
}

static __always_inline void tg_set_find_key(tg_set_table table,
					    const struct tg_set_head *head,
					    const struct tg_set_key *key,
					    struct tg_set_sums *sums)
{
	__u64 hash = tg_set_hash(head, key);
	__u64 first = tg_set_lane_bit(tg_set_first_lane(hash));
	__u32 way = tg_set_way(first);

	for (__u32 choice = 0; choice < TG_SET_CHOICES; choice++) {
		__u32 bucket = tg_set_bucket(head, hash, choice);
		const __u64 *there = tg_set_bucket_words(table, head, bucket);
		__u64 words[2], lanes;

		if (!there)
			return;
		words[0] = TG_READ(there[0]);
		words[1] = TG_READ(there[1]);
		lanes = tg_set_lanes(words, tg_set_mark(hash));
		if (lanes & first) {
			tg_set_sum_entry(sums,
					 tg_set_entry(table, head, bucket, way),
					 key);
			lanes &= ~first;
		}
		for (int i = 0; lanes && i < TG_SET_WAYS; i++) {
			tg_set_sum_entry(sums,
					 tg_set_entry(table, head, bucket,
						      tg_set_way(lanes)),
					 key);
			lanes &= lanes - 1;
		}
		if (!tg_set_has_spilled(words))
			return;
	}
}

/* --- prefixes */

/* The upper bits of an address, as records have them. */
struct tg_set_address {
	__u64 high, low;
};

/* The upper bits of a word, 0 to 64 of them; without a branch. */
static __always_inline __u64 tg_set_upper(__u32 bits)
{
	return ~(~0ULL >> (bits >> 1) >> (bits - (bits >> 1)));
}

/* All bits if the record's prefix covers the address, else none. */
static __always_inline __u32 tg_set_covers(const struct tg_set_record *record,
					   const struct tg_set_address *address)
{
	__u64 differs = ((record->high ^ address->high) &
			 tg_set_upper(record->high_bits & 127)) |
			((record->low ^ address->low) &
			 tg_set_upper(record->low_bits & 127));

	return tg_is_not_zero(differs) - 1;
}

static __always_inline __u32 tg_set_nibble(const struct tg_set_address *address,
					   __u32 nibble)
{
	__u64 half = nibble < 16 ? address->high : address->low;

	return half >> (60 - 4 * (nibble & 15)) & 15;
}

static __always_inline __u32 tg_set_word(tg_set_table table, __u32 line,
					 __u32 number)
{
	const struct tg_set_node *node = tg_set_line(table, line);

	return node ? TG_READ(node->words[number % TG_SET_WORDS_IN_LINE]) : 0;
}

/* The word of the longest prefix that may cover the address; 0: none. */
static __always_inline __u32 tg_set_walk(tg_set_table table, __u32 word,
					 const struct tg_set_address *address)
{
	if (word & TG_SET_WORD_WIDE)
		word = tg_set_word(
			table, TG_SET_WORD_LINE(word) + (address->high >> 52),
			address->high >> 48);
	for (int i = 0; i < TG_SET_NIBBLES; i++) {
		if (!word || word & TG_SET_WORD_RECORD)
			break;
		word = tg_set_word(
			table, TG_SET_WORD_LINE(word),
			tg_set_nibble(address, TG_SET_WORD_NIBBLE(word)));
	}
	return word & TG_SET_WORD_RECORD ? TG_SET_WORD_LINE(word) : 0;
}

static __always_inline void
tg_set_sum_record(struct tg_set_sums *sums, const struct tg_set_record *record,
		  __u32 is_in)
{
	__u32 now;

	sums->sets |= TG_READ(record->sets) & is_in;
	sums->exceptions |= TG_READ(record->exceptions) & is_in;
	if (!TG_READ(record->is_timed))
		return;
	now = tg_set_now();
	for (int i = 0; i < TG_SET_STATES; i++) {
		__u64 state = TG_READ(record->states[i]);

		sums->sets |=
			TG_SET_STATE_SETS(state) & is_in &
			tg_set_is_later(TG_SET_STATE_DEADLINE(state), now);
	}
}

/* Of a record, and of all whose prefixes cover its own. */
static __always_inline void
tg_set_sum_chain(tg_set_table table, __u32 line,
		 const struct tg_set_address *address, struct tg_set_sums *sums)
{
	for (int i = 0; line && i < TG_SET_PARENTS_MAX; i++) {
		const struct tg_set_record *record = tg_set_line(table, line);

		if (!record)
			return;
		tg_set_sum_record(sums, record, tg_set_covers(record, address));
		line = TG_READ(record->parent);
	}
}

static __always_inline __u32 tg_set_result(const struct tg_set_sums *sums)
{
	return sums->sets & ~sums->exceptions;
}

#endif
