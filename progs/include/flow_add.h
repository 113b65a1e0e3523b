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
/* How often a word of the same flow may change while it is decided who yields.
 */
#define TG_FLOW_YIELD_LOOKS 4
/* How long a program that adds a flow may take: it can't be interrupted. */
#define TG_FLOW_PENDING_SECONDS 1

/* --- the best way */

/* The ranks of all states, two bits for each. A pending flow stays. */
#define TG_FLOW_RANK_BITS(name, text, seconds, rank) \
	| (__u64)TG_FLOW_##rank << 2 * TG_FLOW_##name
#define TG_FLOW_RANKS ((0 TG_FLOW_STATE_LIST(TG_FLOW_RANK_BITS)) & ~3ULL)

_Static_assert(TG_FLOW_STATES <= 32, "two bits for each");

/*
 * What claiming a way costs, as a number whose lowest bits are the way's. Open
 * are those that are free or have expired; the others are evicted by rank, then
 * by deadline.
 */
#define TG_FLOW_COST(class, order, way) \
	((__u64)(class) << 40 | (__u64)(order) << 8 | (way))
#define TG_FLOW_COST_CLASS(cost) ((cost) >> 40)
enum {
	TG_FLOW_OPEN,
	TG_FLOW_EVICT_CLOSING,
	TG_FLOW_EVICT_UNREPLIED,
	TG_FLOW_NEVER,
};
#define TG_FLOW_COST_NEVER TG_FLOW_COST(TG_FLOW_NEVER, 0, 0)

/* 1 if the word is free or has expired, else 0. */
static __always_inline __u64 tg_flow_is_open(__u64 word, __u32 now)
{
	__u64 has_passed = 1 - tg_is_less32(now, TG_FLOW_DEADLINE(word));

	return tg_flow_has_mark(word, TG_FLOW_FREE) |
	       (has_passed & ~tg_flow_has_mark(word, TG_FLOW_BUSY));
}

/*
 * The class of a way, without branches. A flow with the wish's mark may be the
 * same one, which another processor has just added: it stays.
 */
static __always_inline __u64 tg_flow_class(__u64 word, __u16 mark, __u32 now)
{
	__u64 rank = TG_FLOW_RANKS >> 2 * (TG_FLOW_STATE_OF(word) & 31) & 3;
	__u64 stays = tg_flow_has_mark(word, mark) |
		      tg_flow_has_mark(word, TG_FLOW_BUSY);

	return (TG_FLOW_NEVER - (rank & (stays - 1))) &
	       (tg_flow_is_open(word, now) - 1);
}

struct tg_flow_survey {
	__u64 least; /* cost of a way */
	__u64 open;  /* how many ways are */
};

static __always_inline struct tg_flow_survey
tg_flow_survey(const __u64 *words, const struct tg_flow_wish *wish)
{
	struct tg_flow_survey survey = { .least = TG_FLOW_COST_NEVER };
	__u32 now = wish->now, first = tg_flow_first_way(wish->hash);
	__u16 mark = tg_flow_mark(wish->hash);

	if (!words)
		return survey;
#pragma clang loop unroll(disable)
	for (__u32 way = 0; way < TG_FLOW_WAYS; way++) {
		__u64 word = TG_READ(words[way]);
		__u64 class = tg_flow_class(word, mark, now);
		__u64 is_open = 1 - tg_is_not_zero(class);
		__u64 order = ((way - first) & (TG_FLOW_WAYS - 1) & -is_open) |
			      (TG_FLOW_DEADLINE(word) & (is_open - 1));

		survey.least =
			tg_least(survey.least, TG_FLOW_COST(class, order, way));
		survey.open += is_open;
	}
	return survey;
}

/* --- claim it */

/* A way that was claimed. */
struct tg_flow_claim {
	__u64 *word;
	struct tg_flow *flow;
	__u64 pending; /* the word until the flow is added */
	__u32 number;  /* of the way, among all of the table */
};

enum tg_flow_claiming {
	TG_FLOW_CLAIMED,
	TG_FLOW_CLAIM_AGAIN, /* another processor was faster */
	TG_FLOW_CLAIM_NONE,
};

static __always_inline __u64 tg_flow_busy_word(__u64 pending)
{
	return pending - TG_FLOW_MARK(pending) + TG_FLOW_BUSY;
}

/* What is compared of two buckets: the emptier one, else the cheapest way. */
static __always_inline __u64
tg_flow_bucket_cost(const struct tg_flow_survey *survey)
{
	return survey->open ? TG_FLOW_WAYS - survey->open : survey->least >> 8;
}

static __always_inline int
tg_flow_claim_way(tg_flow_table table, __u32 buckets, __u32 bucket,
		  const struct tg_flow_survey *survey,
		  const struct tg_flow_wish *wish, struct tg_flow_claim *claim)
{
	__u64 *words = tg_flow_bucket_words(table, bucket), word;
	__u32 way = survey->least & (TG_FLOW_WAYS - 1);
	__u16 mark = tg_flow_mark(wish->hash);

	if (survey->least >= TG_FLOW_COST_NEVER)
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
	if (tg_flow_class(word, mark, wish->now) !=
		    TG_FLOW_COST_CLASS(survey->least) ||
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
	__u32 bucket = tg_flow_bucket(buckets, wish->hash), other;
	struct tg_flow_survey best, second;

	best = tg_flow_survey(tg_flow_bucket_words(table, bucket), wish);
	if (best.open < TG_FLOW_ENOUGH_OPEN) {
		other = tg_flow_bucket(buckets,
				       tg_flow_second_point(wish->hash));
		second = tg_flow_survey(tg_flow_bucket_words(table, other),
					wish);
		if (tg_flow_bucket_cost(&second) < tg_flow_bucket_cost(&best)) {
			best = second;
			bucket = other;
		}
	}
	return tg_flow_claim_way(table, buckets, bucket, &best, wish, claim);
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

/*
 * 1 if the flow is in this way as well, and the claimed one has to go. A
 * pending one in a later way goes itself, and one that has expired is freed:
 * another processor might still prolong it.
 */
static __always_inline int tg_flow_yields(const struct tg_flow_claim *claim,
					  const struct tg_flow_place *place,
					  __u32 number, __u32 now)
{
	__u16 mark = TG_FLOW_MARK(claim->pending);

#pragma clang loop unroll(disable)
	for (int i = 0; i < TG_FLOW_YIELD_LOOKS; i++) {
		__u64 word = TG_READ(*place->word), next = TG_FLOW_FREE;

		if (TG_FLOW_MARK(word) != mark ||
		    !tg_flow_is_key(place->flow, place->key))
			return 0;
		if (TG_READ(*place->word) != word)
			continue;
		if (TG_FLOW_DEADLINE(word) > now) {
			if (TG_FLOW_STATE_OF(word) != TG_FLOW_PENDING)
				return 1;
			if (TG_FLOW_FLAGS(word) & TG_FLOW_WITHDRAWN)
				return 0;
			if (number < claim->number)
				return 1;
			next = word | TG_FLOW_WORD(0, 0, TG_FLOW_WITHDRAWN, 0);
		}
		if (__sync_val_compare_and_swap(place->word, word, next) ==
		    word)
			return 0;
	}
	return 1;
}

static __always_inline int tg_flow_yields_in(tg_flow_table table, __u32 buckets,
					     __u32 bucket,
					     const struct tg_flow_wish *wish,
					     const struct tg_flow_claim *claim)
{
	struct tg_flow_place place = { .key = &wish->flow.key };
	__u64 *words = tg_flow_bucket_words(table, bucket), ways;

	if (!words)
		return 0;
	ways = tg_flow_marked(words, tg_flow_mark(wish->hash));
#pragma clang loop unroll(disable)
	for (int i = 0; i < TG_FLOW_WAYS && ways; i++) {
		__u32 way = tg_flow_way_of(ways);
		__u32 number = bucket * TG_FLOW_WAYS + way;

		ways &= ways - 1;
		if (number == claim->number)
			continue;
		place.word = &words[way];
		place.flow = tg_flow_of(table, buckets, bucket, way);
		if (place.flow &&
		    tg_flow_yields(claim, &place, number, wish->now))
			return 1;
	}
	return 0;
}

/* --- add */

static __always_inline void tg_flow_release(const struct tg_flow_claim *claim)
{
	__u64 withdrawn =
		claim->pending | TG_FLOW_WORD(0, 0, TG_FLOW_WITHDRAWN, 0);

	if (__sync_val_compare_and_swap(claim->word, claim->pending,
					TG_FLOW_FREE) != claim->pending)
		__sync_val_compare_and_swap(claim->word, withdrawn,
					    TG_FLOW_FREE);
}

static __always_inline int tg_flow_publish(tg_flow_table table, __u32 buckets,
					   const struct tg_flow_wish *wish,
					   const struct tg_flow_claim *claim)
{
	__u64 point = wish->hash;
	__u64 word = TG_FLOW_WORD(TG_FLOW_MARK(claim->pending), wish->state,
				  wish->flags, wish->now + wish->time);
	int yields = 0;

#pragma clang loop unroll(disable)
	for (int choice = 0; choice < TG_FLOW_CHOICES && !yields; choice++) {
		yields = tg_flow_yields_in(table, buckets,
					   tg_flow_bucket(buckets, point), wish,
					   claim);
		point = tg_flow_second_point(wish->hash);
	}
	if (!yields && __sync_val_compare_and_swap(claim->word, claim->pending,
						   word) == claim->pending)
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

#pragma clang loop unroll(disable)
	for (int i = 0; i < TG_FLOW_CLAIMS && claimed == TG_FLOW_CLAIM_AGAIN;
	     i++)
		claimed = tg_flow_claim_best(table, buckets, wish, &claim);
	if (claimed != TG_FLOW_CLAIMED || !tg_flow_fill(&claim, wish))
		return TG_FLOW_TABLE_FULL;
	return tg_flow_publish(table, buckets, wish, &claim);
}

#endif
