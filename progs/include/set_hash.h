/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hashed keys of a table of sets: where a key may be, a search for its
 * entries, and their sum.
 */
#ifndef TG_SET_HASH_H
#define TG_SET_HASH_H

#include "set_read.h"

/* NH, with a last step that carries the sum's bits to all places. */
static __always_inline __u64 tg_set_hash(const struct tg_set_head *head,
					 const struct tg_set_key *key)
{
	const __u32 *secret = head->secret;
	const __u32 *words = (const __u32 *)key; /* the fifth: what is not the
						    address */
	__u64 hash;

	hash = (__u64)(words[0] + secret[0]) * (words[1] + secret[1]) +
	       (__u64)(words[2] + secret[2]) * (words[3] + secret[3]) +
	       (__u64)(words[4] + secret[4]) * secret[5];
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

static __always_inline __u64 *tg_set_bucket_words(tg_set_table table,
						  __u32 bucket)
{
	char *line =
		tg_set_line(table, tg_set_head_of(table)->marks +
					   bucket / TG_SET_BUCKETS_IN_LINE);

	if (!line)
		return NULL;
	return (__u64 *)(line + bucket % TG_SET_BUCKETS_IN_LINE * TG_SET_LANES *
					sizeof(__u16));
}

static __always_inline struct tg_set_entry *
tg_set_entry(tg_set_table table, __u32 bucket, __u32 way)
{
	__u32 entry = bucket * TG_SET_WAYS + way;
	struct tg_set_entry *line =
		tg_set_line(table, tg_set_head_of(table)->entries +
					   entry / TG_SET_ENTRIES_IN_LINE);

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
					     __u64 state)
{
	__u32 deadline = TG_SET_STATE_DEADLINE(state), is_in = ~0U;

	if (deadline != TG_SET_FOREVER)
		is_in = tg_set_is_later(deadline, tg_set_now());
	sums->sets |= TG_SET_STATE_SETS(state) & is_in;
	sums->exceptions |= TG_READ(entry->exceptions) & is_in;
}

/* --- the entries of a key: it has one for each deadline */

struct tg_set_search {
	tg_set_table table;
	const struct tg_set_key *key;
	__u64 hash;
	__u64 lanes; /* of the bucket, still to be looked at */
	__u32 bucket;
	__u16 choice;
	__u16 is_over;
};

/* The lanes of the bucket that may be the key's. */
static __always_inline void tg_set_look(struct tg_set_search *search)
{
	const __u64 *there;
	__u64 words[2];

	search->bucket = tg_set_bucket(tg_set_head_of(search->table),
				       search->hash, search->choice);
	there = tg_set_bucket_words(search->table, search->bucket);
	if (!there) {
		search->is_over = 1;
		return;
	}
	words[0] = TG_READ(there[0]);
	words[1] = TG_READ(there[1]);
	search->lanes = tg_set_lanes(words, tg_set_mark(search->hash));
	search->is_over = !tg_set_has_spilled(words);
	search->choice++;
}

/*
 * The entry of the lane, if it is the key's, else NULL. The state is read
 * before the key: a state that is read later may belong to another key, if the
 * entry expired long ago and is claimed in between.
 */
static __always_inline struct tg_set_entry *
tg_set_read_lane(struct tg_set_search *search, __u64 lanes, __u64 *state)
{
	struct tg_set_entry *entry =
		tg_set_entry(search->table, search->bucket, tg_set_way(lanes));

	if (!entry)
		return NULL;
	*state = TG_READ(entry->state);
	return tg_set_is_key(entry, search->key) ? entry : NULL;
}

/*
 * A step looks at a lane, or goes on to the next bucket. Its entry, if that is
 * the key's, else NULL. All buckets that are full end with the last step.
 */
#define TG_SET_STEPS (TG_SET_CHOICES * TG_SET_LANES)

static __always_inline struct tg_set_entry *
tg_set_step(struct tg_set_search *search, __u64 *state)
{
	__u64 lanes = search->lanes;

	if (!lanes) {
		tg_set_look(search);
		return NULL;
	}
	search->lanes = lanes & (lanes - 1);
	return tg_set_read_lane(search, lanes, state);
}

static __always_inline int tg_set_is_over(const struct tg_set_search *search)
{
	return !search->lanes && search->is_over;
}

struct tg_set_finding {
	struct tg_set_search search;
	struct tg_set_sums sums;
};

static __always_inline void tg_set_find_next(struct tg_set_finding *finding)
{
	__u64 state = 0;
	const struct tg_set_entry *entry =
		tg_set_step(&finding->search, &state);

	if (entry)
		tg_set_sum_entry(&finding->sums, entry, state);
}

static long tg_set_find_step(__u32 number, void *context)
{
	struct tg_set_finding *finding = context;

	(void)number;
	tg_set_find_next(finding);
	return tg_set_is_over(&finding->search);
}

static __always_inline void tg_set_restart(struct tg_set_search *search)
{
	search->lanes = tg_set_hidden_zero(search->hash);
	search->choice = 0;
	search->is_over = tg_set_hidden_zero(search->hash);
}

static __always_inline void tg_set_begin(struct tg_set_search *search,
					 const struct tg_set_key *key)
{
	search->key = key;
	search->hash = tg_set_hash(tg_set_head_of(search->table), key);
	tg_set_restart(search);
}

static __always_inline void tg_set_find_key(struct tg_set_finding *finding,
					    const struct tg_set_key *key)
{
	tg_set_begin(&finding->search, key);
	tg_set_each(TG_SET_STEPS, tg_set_find_step, finding);
}

/*
 * The same without a loop and its context, if the key's first bucket decides
 * and has one lane at most that may be the key's. False: it does not, and
 * nothing was added to the sums.
 */
static __always_inline int tg_set_find_fast(tg_set_table table,
					    const struct tg_set_key *key,
					    struct tg_set_sums *sums)
{
	const struct tg_set_head *head = tg_set_head_of(table);
	__u64 hash = tg_set_hash(head, key), words[2], lanes, others;
	__u64 first, state;
	__u32 bucket = tg_set_bucket(head, hash, 0), way;
	const __u64 *there = tg_set_bucket_words(table, bucket);
	const struct tg_set_entry *entry;

	if (!there)
		return 1;
	words[0] = TG_READ(there[0]);
	words[1] = TG_READ(there[1]);
	lanes = tg_set_lanes(words, tg_set_mark(hash));
	others = lanes - 1;
	tg_barrier_var(others); /* or clang counts the bits of `lanes` */
	others &= lanes;
	if (tg_set_has_spilled(words) || others)
		return 0;
	if (!lanes)
		return 1;
	first = tg_set_lane_bit(tg_set_first_lane(hash));
	way = tg_set_way(first);
	if (!(lanes & first)) {
		way = tg_set_way(lanes);
		/* keeps the branch: see tg_set_first_lane() */
		tg_barrier_var(way);
	}
	entry = tg_set_entry(table, bucket, way);
	if (!entry)
		return 1;
	/* before the key: see tg_set_read_lane() */
	state = TG_READ(entry->state);
	if (tg_set_is_key(entry, key))
		tg_set_sum_entry(sums, entry, state);
	return 1;
}

#endif
