/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Add a flow to a table: by programs, and by tools at the same time.
 * maps/flow_table.h has the protocol, flow_find.h what an includer provides.
 *
 * A way that has expired is claimed at once, without a grace period: all that
 * is done to it is a compare-and-swap of its word. A processor that has found
 * the flow just before it expired either prolongs it first, so the claim fails,
 * or after the claim, so that fails. One that is comparing keys sees another
 * word when it has finished. A word of another flow can't look the same, as a
 * flow with the same mark gets this way only after the deadline, and its own
 * deadline is later.
 */
#ifndef TG_FLOW_ADD_H
#define TG_FLOW_ADD_H

#include "flow_find.h"
#include "flow_wish.h"

enum tg_flow_addition {
	TG_FLOW_ADDED,
	TG_FLOW_THERE, /* another processor is adding it, or has added it */
	TG_FLOW_TABLE_FULL,
};

/* How often the ways are looked through again, as others claimed the best. */
#define TG_FLOW_CLAIMS 4
/* The first bucket is taken while as many of its ways are open. */
#define TG_FLOW_ENOUGH_OPEN 4
/* The same, as the word of another entry of the flow was changing. */
#define TG_FLOW_MEETINGS 4
/* How long a program that adds a flow may take: it can't be interrupted. */
#define TG_FLOW_PENDING_SECONDS 1

/* --- the best way */

/* The ranks of all states, two bits for each. A pending flow stays. */
#define TG_FLOW_RANK_BITS(name, text, seconds, rank) \
	| (__u64)TG_FLOW_##rank << 2 * TG_FLOW_##name
#define TG_FLOW_RANKS ((0 TG_FLOW_STATE_LIST(TG_FLOW_RANK_BITS)) & ~3ULL)

_Static_assert(TG_FLOW_STATES <= 32, "two bits for each");

/*
 * How long flows stay in a state, if the policy does not say otherwise: the
 * deadline less that is when the last packet came. Of each state, three bits
 * say which of six times, in seconds of ten bits, comes the closest. States
 * that stay longer than the last are not evicted.
 */
#define TG_FLOW_STAY_NUMBER(seconds)                              \
	(((seconds) > 10) + ((seconds) > 30) + ((seconds) > 60) + \
	 ((seconds) > 120) + ((seconds) > 300))
#define TG_FLOW_STAY_BITS(name, text, seconds, rank) \
	| (__u64)TG_FLOW_STAY_NUMBER(seconds) << 3 * TG_FLOW_##name
#define TG_FLOW_STAY_NUMBERS (0 TG_FLOW_STATE_LIST(TG_FLOW_STAY_BITS))
#define TG_FLOW_STAYS                                                      \
	(10ULL | 30ULL << 10 | 60ULL << 20 | 120ULL << 30 | 300ULL << 40 | \
	 (__u64)TG_FLOW_STAY_MAX << 50)
#define TG_FLOW_STAY_MAX 600

_Static_assert(3 * TG_FLOW_STATES <= 64, "three bits for each");

/* When the last packet came, of an evictable flow, from any time on. */
static __always_inline __u32 tg_flow_last_packet(__u64 word)
{
	__u32 state = TG_FLOW_STATE_OF(word) & (TG_FLOW_STATES_MAX - 1);
	__u32 number = TG_FLOW_STAY_NUMBERS >> (3 * state & 63) & 7;
	__u32 stay = TG_FLOW_STAYS >> (10 * number & 63) & 1023;

	return TG_FLOW_DEADLINE(word) + TG_FLOW_TIME(TG_FLOW_STAY_MAX - stay);
}

/*
 * What claiming a way costs: its class, and within that an order. Open ways are
 * free or have expired; others are evicted by rank, then by when their last
 * packet came. The lowest bits are the way's number, and how many ways of the
 * bucket are open.
 */
#define TG_FLOW_COST(class, order, way) \
	((__u64)(class) << 40 | (__u64)(order) << 8 | (way))
#define TG_FLOW_COST_CLASS(cost) ((cost) >> 40)
#define TG_FLOW_COST_WAY(cost) ((cost) & (TG_FLOW_WAYS - 1))
#define TG_FLOW_COST_ONE_OPEN TG_FLOW_WAYS
#define TG_FLOW_COST_OPEN(cost) ((cost) >> 3 & 15)
#define TG_FLOW_COST_NEVER TG_FLOW_COST(TG_FLOW_NEVER, 0, 0)

_Static_assert(TG_FLOW_WAYS == 8, "three bits");

enum {
	TG_FLOW_OPEN,
	TG_FLOW_EVICT_CLOSING,
	TG_FLOW_EVICT_UNREPLIED,
	TG_FLOW_NEVER,
};

/* All bits if `is_set` is 1, none if it is 0: hidden, or it is a branch. */
static __always_inline __u64 tg_flow_mask(__u64 is_set)
{
	__u64 mask = -is_set;

	tg_barrier_var(mask);
	return mask;
}

/* 1 if the word is free or has expired, else 0. */
static __always_inline __u64 tg_flow_is_open(__u64 word, __u32 now)
{
	__u64 is_left = tg_is_less32(now, TG_FLOW_DEADLINE(word));

	return tg_flow_has_mark(word, TG_FLOW_FREE) |
	       (1 & ~(is_left | tg_flow_has_mark(word, TG_FLOW_BUSY)));
}

/*
 * The class of a way, without branches: the verifier would follow all ways to
 * take them. A flow with the wish's mark may be the same one, which another
 * processor has just added: it stays.
 */
static __always_inline __u64 tg_flow_class(__u64 word, __u16 mark, __u32 now)
{
	__u64 rank = TG_FLOW_RANKS >> 2 * (TG_FLOW_STATE_OF(word) & 31) & 3;
	__u64 stays = tg_flow_has_mark(word, mark) |
		      tg_flow_has_mark(word, TG_FLOW_BUSY);

	return (TG_FLOW_NEVER - (rank & ~tg_flow_mask(stays))) &
	       ~tg_flow_mask(tg_flow_is_open(word, now));
}

/* The least cost among the ways of a bucket. */
TG_GLOBAL_FUNCTION __u64 tg_flow_survey(tg_flow_table table, __u32 bucket,
					__u64 hash, __u32 now)
{
	__u64 least = TG_FLOW_COST_NEVER, open = 0;
	__u32 first = tg_flow_first_way(hash);
	__u16 mark = tg_flow_mark(hash);
	const __u64 *words;

	TG_IS_PASSED(table);
	words = tg_flow_bucket_words(table, bucket);
	if (!words)
		return least;
#pragma clang loop unroll(disable)
	for (__u32 way = 0; way < TG_FLOW_WAYS; way++) {
		__u64 word = TG_READ(words[way]);
		__u64 class = tg_flow_class(word, mark, now);
		__u64 is_open = tg_is_less32(class, 1);
		__u64 mask = tg_flow_mask(is_open);
		__u64 order = ((way - first) & (TG_FLOW_WAYS - 1) & mask) |
			      (tg_flow_last_packet(word) & ~mask);

		least = tg_least(least, TG_FLOW_COST(class, order, way));
		open += is_open;
	}
	return least + open * TG_FLOW_COST_ONE_OPEN;
}

/* What is compared of two buckets: the emptier one, else the cheapest way. */
static __always_inline __u64 tg_flow_bucket_cost(__u64 cost)
{
	return TG_FLOW_COST_OPEN(cost) ? TG_FLOW_WAYS - TG_FLOW_COST_OPEN(cost)
				       : cost >> 8;
}

/* --- claim it */

/* A way that was claimed. */
struct tg_flow_claim {
	__u64 *word;
	struct tg_flow *flow;
	__u64 pending; /* the word until the flow is added */
	__u32 number;  /* of the way, among all of the table */
};

#define TG_FLOW_WITHDRAWN_BIT TG_FLOW_WORD(0, 0, TG_FLOW_WITHDRAWN, 0)

enum tg_flow_claiming {
	TG_FLOW_CLAIMED,
	TG_FLOW_CLAIM_AGAIN, /* another processor was faster */
	TG_FLOW_CLAIM_NONE,
};

static __always_inline __u64 tg_flow_busy_word(__u64 pending)
{
	return pending - TG_FLOW_MARK(pending) + TG_FLOW_BUSY;
}

static __always_inline int tg_flow_claim_way(tg_flow_table table, __u32 buckets,
					     __u32 bucket, __u64 cost,
					     const struct tg_flow_wish *wish,
					     struct tg_flow_claim *claim)
{
	__u64 *words = tg_flow_bucket_words(table, bucket), word;
	__u32 way = TG_FLOW_COST_WAY(cost);
	__u16 mark = tg_flow_mark(wish->hash);

	if (cost >= TG_FLOW_COST_NEVER)
		return TG_FLOW_CLAIM_NONE;
	claim->flow = tg_flow_of(table, buckets, bucket, way);
	if (!words || !claim->flow)
		return TG_FLOW_CLAIM_NONE;
	claim->number = bucket * TG_FLOW_WAYS + way;
	claim->pending =
		TG_FLOW_WORD(mark, TG_FLOW_PENDING, 0,
			     wish->now + TG_FLOW_TIME(TG_FLOW_PENDING_SECONDS));
	claim->word = &words[way];
	word = TG_READ(*claim->word);
	/* it was open, and another flow is there now: others may be open */
	if (tg_flow_class(word, mark, wish->now) != TG_FLOW_COST_CLASS(cost) ||
	    __sync_val_compare_and_swap(claim->word, word,
					tg_flow_busy_word(claim->pending)) !=
		    word)
		return TG_FLOW_CLAIM_AGAIN;
	return TG_FLOW_CLAIMED;
}

static __always_inline int tg_flow_claim_best(tg_flow_table table,
					      __u32 buckets,
					      const struct tg_flow_wish *wish,
					      struct tg_flow_claim *claim)
{
	__u64 hash = wish->hash, cost, other_cost;
	__u32 bucket = tg_flow_bucket(buckets, hash), other;

	cost = tg_flow_survey(table, bucket, hash, wish->now);
	if (TG_FLOW_COST_OPEN(cost) < TG_FLOW_ENOUGH_OPEN) {
		other = tg_flow_bucket(buckets, tg_flow_second_point(hash));
		other_cost = tg_flow_survey(table, other, hash, wish->now);
		if (tg_flow_bucket_cost(other_cost) <
		    tg_flow_bucket_cost(cost)) {
			cost = other_cost;
			bucket = other;
		}
	}
	return tg_flow_claim_way(table, buckets, bucket, cost, wish, claim);
}

/* Write the flow, and say so. 0: a tool has freed the way. */
static __always_inline int tg_flow_fill(const struct tg_flow_claim *claim,
					const struct tg_flow_wish *wish)
{
	const tg_flow_word *from = (const tg_flow_word *)&wish->flow;
	volatile tg_flow_word *to = (volatile tg_flow_word *)claim->flow;
	__u64 busy = tg_flow_busy_word(claim->pending);

#pragma clang loop unroll(full)
	for (unsigned int i = 0; i < TG_FLOW_WORDS; i++)
		to[i] = from[i];
	return __sync_val_compare_and_swap(claim->word, busy, claim->pending) ==
	       busy;
}

/* --- the same flow in another way */

enum tg_flow_meeting {
	TG_FLOW_ALONE,
	TG_FLOW_YIELD, /* the other entry stays, the claimed way is freed */
	TG_FLOW_MEET_AGAIN, /* the other word has changed meanwhile */
};

/*
 * The word of another way has the mark. If that way has the same flow, this
 * addition yields, but to one that is pending in a later way: that one has to
 * go. An entry that has expired is freed, as another processor might still
 * prolong it.
 */
static __always_inline int tg_flow_meet(const struct tg_flow_key *key,
					__u32 now, __u64 *there,
					const struct tg_flow *flow, __u64 word,
					int is_later)
{
	__u64 next = TG_FLOW_FREE;

	if (!tg_flow_is_key(flow, key))
		return TG_FLOW_ALONE;
	if (TG_FLOW_DEADLINE(word) > now) {
		if (TG_FLOW_STATE_OF(word) != TG_FLOW_PENDING || !is_later)
			return TG_READ(*there) == word ? TG_FLOW_YIELD
						       : TG_FLOW_MEET_AGAIN;
		next = word | TG_FLOW_WITHDRAWN_BIT;
	}
	return __sync_val_compare_and_swap(there, word, next) == word
		       ? TG_FLOW_ALONE
		       : TG_FLOW_MEET_AGAIN;
}

/*
 * Look through both buckets for the wish's flow, but in the claimed way: enum
 * tg_flow_meeting.
 */
TG_GLOBAL_FUNCTION int tg_flow_meet_all(tg_flow_table table, __u32 buckets,
					const struct tg_flow_wish *wish,
					__u32 claimed)
{
	int meeting = TG_FLOW_ALONE;
	__u64 point;
	__u16 mark;

	TG_IS_PASSED(table);
	if (!wish)
		return meeting;
	point = wish->hash;
	mark = tg_flow_mark(point);
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < TG_FLOW_CHOICES * TG_FLOW_WAYS && !meeting; i++) {
		__u32 bucket, number, way = i % TG_FLOW_WAYS;
		const struct tg_flow *flow;
		__u64 *words, word;

		if (i == TG_FLOW_WAYS)
			point = tg_flow_second_point(point);
		bucket = tg_flow_bucket(buckets, point);
		words = tg_flow_bucket_words(table, bucket);
		if (!words)
			break;
		word = TG_READ(words[way]);
		number = bucket * TG_FLOW_WAYS + way;
		if (TG_FLOW_MARK(word) != mark || number == claimed ||
		    TG_FLOW_FLAGS(word) & TG_FLOW_WITHDRAWN)
			continue;
		flow = tg_flow_of(table, buckets, bucket, way);
		if (flow)
			meeting = tg_flow_meet(&wish->flow.key, wish->now,
					       &words[way], flow, word,
					       number > claimed);
	}
	return meeting;
}

/* --- add */

static __always_inline void tg_flow_release(const struct tg_flow_claim *claim)
{
	__u64 pending = claim->pending;

	if (__sync_val_compare_and_swap(claim->word, pending, TG_FLOW_FREE) !=
	    pending)
		__sync_val_compare_and_swap(claim->word,
					    pending | TG_FLOW_WITHDRAWN_BIT,
					    TG_FLOW_FREE);
}

static __always_inline int tg_flow_publish(tg_flow_table table, __u32 buckets,
					   const struct tg_flow_wish *wish,
					   const struct tg_flow_claim *claim)
{
	__u64 word = TG_FLOW_WORD(TG_FLOW_MARK(claim->pending), wish->state,
				  wish->flags, wish->now + wish->time);
	int meeting = TG_FLOW_MEET_AGAIN;

#pragma clang loop unroll(disable)
	for (int i = 0; i < TG_FLOW_MEETINGS && meeting == TG_FLOW_MEET_AGAIN;
	     i++)
		meeting = tg_flow_meet_all(table, buckets, wish, claim->number);
	if (meeting == TG_FLOW_ALONE &&
	    __sync_val_compare_and_swap(claim->word, claim->pending, word) ==
		    claim->pending)
		return TG_FLOW_ADDED;
	tg_flow_release(claim);
	return TG_FLOW_THERE;
}

/*
 * Add a flow that was looked up and is not in the table: returns enum
 * tg_flow_addition.
 */
static __always_inline int tg_flow_add(tg_flow_table table,
				       const struct tg_flow_head *head,
				       const struct tg_flow_wish *wish)
{
	int claimed = TG_FLOW_CLAIM_AGAIN;
	__u32 buckets = head->buckets;
	struct tg_flow_claim claim;

	/* no loop: clang may rotate it, and 6.1 refuses what falls into it */
#pragma clang loop unroll(full)
	for (int i = 0; i < TG_FLOW_CLAIMS; i++)
		if (claimed == TG_FLOW_CLAIM_AGAIN)
			claimed = tg_flow_claim_best(table, buckets, wish,
						     &claim);
	if (claimed != TG_FLOW_CLAIMED || !tg_flow_fill(&claim, wish))
		return TG_FLOW_TABLE_FULL;
	return tg_flow_publish(table, buckets, wish, &claim);
}

#endif
