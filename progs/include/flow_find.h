/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Find a flow in a table, and prolong it or change its state. maps/flow_table.h
 * has the layout.
 *
 * The includer defines before, for programs over maps, for tests and tools over
 * memory:
 *	tg_flow_table			what a table is passed as
 *	tg_flow_line(table, number)	a pointer to line n, NULL if there is
 *					none
 *	tg_flow_now()			the time, in units of TG_FLOW_TIME_SHIFT
 */
#ifndef TG_FLOW_FIND_H
#define TG_FLOW_FIND_H

#include "flow_hash.h"
#include "global_function.h"
#include "map_word.h"

/* Where a flow is, and what its word was when it was last looked at. */
struct tg_flow_place {
	__u64 *word;
	struct tg_flow *flow;
	const struct tg_flow_key *key;
	__u64 seen;
	__u32 number; /* of the way, among all of the table */
};

/* How often a flow is compared if its word changes meanwhile. */
#define TG_FLOW_LOOKS 2

static __always_inline __u64 *tg_flow_bucket_words(tg_flow_table table,
						   __u32 bucket)
{
	return (__u64 *)tg_flow_line(table, TG_FLOW_FIRST_BUCKET + bucket);
}

static __always_inline struct tg_flow *
tg_flow_of(tg_flow_table table, __u32 buckets, __u32 bucket, __u32 way)
{
	return (struct tg_flow *)tg_flow_line(
		table,
		TG_FLOW_FIRST_FLOW(buckets) + bucket * TG_FLOW_WAYS + way);
}

/* Differences without branches: most flows that are read are the right one. */
static __always_inline int tg_flow_is_key(const struct tg_flow *flow,
					  const struct tg_flow_key *key)
{
	const volatile tg_flow_word *there =
		(const volatile tg_flow_word *)&flow->key;
	const tg_flow_word *words = (const tg_flow_word *)key;
	__u64 differences = (there[0] ^ words[0]) | (there[1] ^ words[1]) |
			    (there[2] ^ words[2]) | (there[3] ^ words[3]) |
			    (there[4] ^ words[4]);

	tg_barrier_var(differences);
	return !differences;
}

/* The place again, by its number; 0: there are no such lines. */
static __always_inline int tg_flow_return(tg_flow_table table,
					  const struct tg_flow_head *head,
					  struct tg_flow_place *place)
{
	__u32 number = place->number;
	__u64 *words = tg_flow_bucket_words(table, number / TG_FLOW_WAYS);

	if (!words)
		return 0;
	place->word = &words[number % TG_FLOW_WAYS];
	place->flow = (struct tg_flow *)tg_flow_line(
		table, TG_FLOW_FIRST_FLOW(head->buckets) + number);
	return place->flow != NULL;
}

static __always_inline int tg_flow_is_live(__u64 word, __u32 now)
{
	return TG_FLOW_STATE_OF(word) != TG_FLOW_PENDING &&
	       TG_FLOW_DEADLINE(word) > now;
}

/*
 * Whether the place, with its word and flow, is the key's. If the word has
 * changed while the key was compared, and still has the mark, that is done once
 * more. A word that changes again is one that other processors are busy with,
 * and the key was right twice.
 */
static __always_inline int tg_flow_look(struct tg_flow_place *place, __u16 mark,
					__u32 now)
{
	__u64 word;

#pragma clang loop unroll(disable)
	for (int i = 0; i < TG_FLOW_LOOKS; i++) {
		if (!tg_flow_is_key(place->flow, place->key))
			return 0;
		word = TG_READ(*place->word);
		if (word == place->seen)
			break;
		if (TG_FLOW_MARK(word) != mark)
			return 0;
		place->seen = word;
	}
	return tg_flow_is_live(place->seen, now);
}

/* The ways whose words have the mark, as bits. */
static __always_inline __u64 tg_flow_marked(const __u64 *words, __u16 mark)
{
	__u64 ways = 0;

#pragma clang loop unroll(full)
	for (__u32 way = 0; way < TG_FLOW_WAYS; way++)
		ways |= tg_flow_has_mark(TG_READ(words[way]), mark) *
			TG_FLOW_WAY_BIT(way);
	return ways;
}

/* --- find */

#define TG_FLOW_NOWHERE 0xffffffffU

/*
 * Whether the flow is in a way, by its number among all of the table: if so,
 * the place is that one.
 */
static __always_inline int tg_flow_is_there(tg_flow_table table, __u32 buckets,
					    __u32 number, __u16 mark, __u32 now,
					    struct tg_flow_place *place)
{
	__u64 *words = tg_flow_bucket_words(table, number / TG_FLOW_WAYS);

	if (!words)
		return 0;
	place->number = number;
	place->word = &words[number % TG_FLOW_WAYS];
	place->seen = TG_READ(*place->word);
	if (TG_FLOW_MARK(place->seen) != mark)
		return 0;
	place->flow = (struct tg_flow *)tg_flow_line(
		table, TG_FLOW_FIRST_FLOW(buckets) + number);
	return place->flow && tg_flow_look(place, mark, now);
}

/*
 * The number of the flow's way in a bucket, or TG_FLOW_NOWHERE. `wanted` has
 * the mark, and the time as its deadline. Few variables, as the frame comes on
 * top of those of its callers.
 */
TG_GLOBAL_FUNCTION __u32 tg_flow_search(tg_flow_table table, __u32 buckets,
					__u32 bucket,
					const struct tg_flow_key *key,
					__u64 wanted)
{
	const struct tg_flow *flow;
	__u64 *words, ways;

	TG_IS_PASSED(table);
	words = tg_flow_bucket_words(table, bucket);
	if (!key || !words)
		return TG_FLOW_NOWHERE;
	bucket *= TG_FLOW_WAYS;
	ways = tg_flow_marked(words, wanted);
#pragma clang loop unroll(disable)
	for (int i = 0; i < TG_FLOW_WAYS && ways; i++) {
		__u32 way = tg_flow_way_of(ways);

		ways &= ways - 1;
		flow = (struct tg_flow *)tg_flow_line(
			table, TG_FLOW_FIRST_FLOW(buckets) + bucket + way);
		if (flow && tg_flow_is_key(flow, key) &&
		    tg_flow_is_live(TG_READ(words[way]),
				    TG_FLOW_DEADLINE(wanted)))
			return bucket + way;
	}
	return TG_FLOW_NOWHERE;
}

/*
 * 1 if the flow is in the table, and has not expired; the hash is the key's,
 * and the key outlives the place. Most flows are in their first way, which is
 * tried without a loop: clang would keep all of the loop's variables on the
 * stack.
 */
static __always_inline int tg_flow_find(tg_flow_table table,
					const struct tg_flow_head *head,
					const struct tg_flow_key *key,
					__u64 hash, __u32 now,
					struct tg_flow_place *place)
{
	__u32 buckets = head->buckets, bucket = tg_flow_bucket(buckets, hash);
	__u32 other = tg_flow_bucket(buckets, tg_flow_second_point(hash));
	__u32 number = bucket * TG_FLOW_WAYS + tg_flow_first_way(hash);
	const __u64 *words = tg_flow_bucket_words(table, other);
	__u16 mark = tg_flow_mark(hash);
	__u64 wanted = TG_FLOW_WORD(mark, 0, 0, now);

	place->key = key;
	/* lines that do not wait for each other come at the same time */
	if (words)
		(void)TG_READ(words[0]);
	if (tg_flow_is_there(table, buckets, number, mark, now, place))
		return 1;
	number = tg_flow_search(table, buckets, bucket, key, wanted);
	if (number == TG_FLOW_NOWHERE)
		number = tg_flow_search(table, buckets, other, key, wanted);
	return number != TG_FLOW_NOWHERE &&
	       tg_flow_is_there(table, buckets, number, mark, now, place);
}

/* --- changes of the word */

enum tg_flow_answer {
	TG_FLOW_GONE,	 /* it has expired or was evicted meanwhile */
	TG_FLOW_CHANGED, /* by another processor: judge again, as it is now */
	TG_FLOW_UPDATED, /* or there was nothing to write */
};

/* Units of TG_FLOW_TIME_SHIFT that a flow stays in the state. */
static __always_inline __u32 tg_flow_time(const volatile __u32 *times,
					  __u32 state)
{
	tg_barrier_var(state); /* or clang drops the bound */
	return times[state % TG_FLOW_STATES_MAX];
}

/*
 * The state and flags of a flow that was found, and a new deadline. If nothing
 * but the deadline would change, it is written only if an eighth of the state's
 * time has passed. Returns enum tg_flow_answer: 0 if the flow is not there any
 * more.
 *
 * TG_FLOW_CHANGED: another processor has changed the word since it was seen.
 * place->seen is the word that is there now, of the same flow: the caller
 * derives the next state from that one, and calls again. So no state is lost.
 */
static __always_inline int tg_flow_update(struct tg_flow_place *place,
					  __u32 state, __u32 flags, __u32 now,
					  const volatile __u32 *times)
{
	__u32 time = tg_flow_time(times, state), deadline = now + time;
	__u64 seen = place->seen, word, there;

	word = TG_FLOW_WORD(TG_FLOW_MARK(seen), state, flags, deadline);
	if (!((word ^ seen) & 0xffffffff) &&
	    deadline - TG_FLOW_DEADLINE(seen) <= time >> TG_FLOW_AGE_SHIFT)
		return TG_FLOW_UPDATED;
	there = __sync_val_compare_and_swap(place->word, seen, word);
	if (there == seen) {
		place->seen = word;
		return TG_FLOW_UPDATED;
	}
	place->seen = there;
	return tg_flow_look(place, TG_FLOW_MARK(seen), now) ? TG_FLOW_CHANGED
							    : TG_FLOW_GONE;
}

#endif
