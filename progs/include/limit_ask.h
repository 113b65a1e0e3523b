/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ask a limit whether a packet may pass, and charge it. maps/limit_table.h has
 * the layout.
 *
 * The includer defines before, for programs over maps, for tests and tools over
 * memory:
 *	tg_limit_table			what a table is passed as
 *	tg_limit_line(table, number)	a pointer to line n, NULL if there is
 *					none
 *	tg_limit_now()			the time, in units of
 *					TG_LIMIT_TIME_SHIFT
 *	tg_limit_ticks()		how many ticks there were, from any
 *					number on
 *
 * A key that several processors see first at the same instant may get a way on
 * each: all but one are found by nobody, so as many packets more may pass. A
 * way is taken from a key only when its schedule is not ahead of the clock, or
 * by no more than one packet's cost and a quarter of the burst: so nobody who
 * has used up a burst is forgotten.
 */
#ifndef TG_LIMIT_ASK_H
#define TG_LIMIT_ASK_H

#include "flow_hash.h"
#include "global_function.h"
#include "limit_schedule.h"
#include "policy_limit.h"
#include "tick_time.h"

/* What is asked: of the policy, and of the packet. */
struct tg_limit_wish {
	struct tg_flow_key key;
	__u64 limit; /* its name */
	__u64 name;  /* of the key's way, when it is asked */
	struct tg_limit_bill bill;
	__u8 per;
	__u8 unused[7];
};

enum tg_limit_answer {
	TG_LIMIT_YES,
	TG_LIMIT_NO,	   /* it is over */
	TG_LIMIT_NO_PLACE, /* the key's buckets are full */
};

/* How often a way is looked for, as others claimed the best. */
#define TG_LIMIT_CLAIMS 3

/* --- clocks */

/* In units of time, as tg_limit_now(), and within two ticks of it. */
static __always_inline __u64
tg_limit_tick_time(struct tg_limit_head *head, const struct tg_limit_bill *bill)
{
	__u32 tick = head->tick, origin = TG_READ(head->origin);
	__u64 ticks = tg_limit_ticks();

	if (!origin) {
		origin = tg_tick_origin(tick, ticks,
					tg_limit_now() >> TG_LIMIT_TIME_SHIFT);
		if (!bill->is_frozen)
			TG_WRITE(head->origin, origin);
	}
	return TG_LIMIT_TIME(tg_tick_time(tick, origin, ticks));
}

/* All packets of a limit are judged by the same clock. */
static __always_inline __u64 tg_limit_time(struct tg_limit_head *head,
					   const struct tg_limit_bill *bill)
{
	__u64 tick = TG_LIMIT_TIME(head->tick);

	if (!tick || bill->slack < TG_LIMIT_TICKS_MIN * tick)
		return tg_limit_now();
	return tg_limit_tick_time(head, bill);
}

/* --- the way of a name */

static __always_inline __u32 tg_limit_bucket_line(__u32 bucket)
{
	return TG_LIMIT_FIRST_BUCKET + TG_LIMIT_BUCKET_LINES * bucket;
}

static __always_inline struct tg_limit_way *tg_limit_ways(tg_limit_table table,
							  __u32 bucket)
{
	return (struct tg_limit_way *)tg_limit_line(
		table, tg_limit_bucket_line(bucket));
}

static __always_inline struct tg_limit_way *
tg_limit_find(tg_limit_table table, __u32 bucket, __u64 name)
{
	struct tg_limit_way *ways = tg_limit_ways(table, bucket);

	if (!ways)
		return NULL;
#pragma clang loop unroll(full)
	for (__u32 i = 0; i < TG_LIMIT_WAYS; i++) {
		if (TG_READ(ways[i].name) == name)
			return &ways[i];
	}
	return NULL;
}

/*
 * Of a limit that counts all packets together. No sender can choose anything of
 * it, so it needs no secret.
 */
static __always_inline __u64 tg_limit_total_name(__u64 limit, __u32 hook)
{
	__u64 name = (limit ^ hook) * TG_FLOW_MIX1;

	return name + !name;
}

/* Never 0, the name of a way that was never used. */
static __always_inline __u64 tg_limit_name(const struct tg_limit_head *head,
					   const struct tg_limit_wish *wish)
{
	__u64 name;

	if (wish->per == TG_LIMIT_PER_ALL)
		return tg_limit_total_name(wish->limit,
					   TG_LIMIT_HOOK_OF(wish->key.form));
	name = tg_flow_hash_more(head->secret, &wish->key, wish->limit);
	return name + !name;
}

/* Totals are in buckets of their own. */
static __always_inline __u32 tg_limit_bucket(const struct tg_limit_head *head,
					     const struct tg_limit_wish *wish,
					     __u64 point)
{
	if (wish->per == TG_LIMIT_PER_ALL)
		return tg_flow_bucket(TG_LIMIT_TOTALS, point);
	return TG_LIMIT_TOTALS + tg_flow_bucket(head->buckets, point);
}

/* --- a way for a new key */

/*
 * The way of a bucket that is the least ahead: the nanoseconds, how many ways
 * are open, and its number.
 */
#define TG_LIMIT_CHOICE(ahead, open, way) \
	((ahead) >> TG_LIMIT_TIME_SHIFT << 8 | (open) << 4 | (way))
#define TG_LIMIT_CHOICE_AHEAD(choice) ((choice) >> 8)
#define TG_LIMIT_CHOICE_OPEN(choice) ((choice) >> 4 & 15)
#define TG_LIMIT_CHOICE_WAY(choice) ((choice) % TG_LIMIT_WAYS)

TG_GLOBAL_FUNCTION __u64 tg_limit_choose(tg_limit_table table, __u32 bucket,
					 __u64 now)
{
	const struct tg_limit_way *ways = tg_limit_ways(table, bucket);
	__u64 least = ~0ULL, open = 0, way = 0;

	TG_IS_PASSED(table);
	if (!ways)
		return TG_LIMIT_CHOICE(least, open, way);
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < TG_LIMIT_WAYS; i++) {
		__u64 ahead = TG_READ(ways[i].schedule) - now;

		if (!TG_READ(ways[i].name) || ahead > TG_LIMIT_BURST_MAX)
			ahead = 0;
		open += !ahead;
		if (ahead < least) {
			least = ahead;
			way = i;
		}
	}
	return TG_LIMIT_CHOICE(least, open, way);
}

static __always_inline void tg_limit_note(tg_limit_table table, __u32 bucket,
					  __u32 way,
					  const struct tg_limit_wish *wish)
{
	const struct tg_flow_key *key = &wish->key;
	struct tg_limit_note *notes = (struct tg_limit_note *)tg_limit_line(
		table, tg_limit_bucket_line(bucket) + 1 + way / 2);
	struct tg_limit_note *note;

	if (!notes)
		return;
	note = &notes[way % 2];
	note->limit = wish->limit;
	note->per = wish->per;
	note->form = key->form;
	note->protocol = key->protocol;
	note->words[0] = key->low[0];
	note->words[1] = key->low[1];
	note->words[2] = key->low[2];
	note->words[3] = key->low[3];
	if (wish->per == TG_LIMIT_PER_FLOW) {
		note->words[2] = key->high[0];
		note->words[3] = key->high[1];
	}
	note->ports[0] = key->low_port;
	note->ports[1] = key->high_port;
}

/*
 * The former owner of the way may have charged it meanwhile: the key is charged
 * both then.
 */
static __always_inline int tg_limit_take(struct tg_limit_way *way,
					 const struct tg_limit_wish *wish)
{
	__u64 schedule = TG_READ(way->schedule), owner = TG_READ(way->name);
	__u64 next = wish->bill.now + wish->bill.cost;

	if (__sync_val_compare_and_swap(&way->name, owner, wish->name) != owner)
		return 0;
	if (__sync_val_compare_and_swap(&way->schedule, schedule, next) !=
	    schedule)
		__sync_fetch_and_add(&way->schedule, wish->bill.cost);
	return 1;
}

/* Charge a key that has no way, and give it one. */
TG_GLOBAL_FUNCTION int tg_limit_add(tg_limit_table table, __u32 first,
				    __u32 second,
				    const struct tg_limit_wish *wish)
{
	struct tg_limit_way *ways;
	__u64 choice, other, most;
	__u32 way, bucket;

	TG_IS_PASSED(table);
	if (!wish || !tg_limit_allows(&wish->bill, 0))
		return TG_LIMIT_NO;
	most = tg_least(wish->bill.cost, wish->bill.burst / 4) >>
	       TG_LIMIT_TIME_SHIFT;
#pragma clang loop unroll(disable)
	for (int i = 0; i < TG_LIMIT_CLAIMS; i++) {
		bucket = first;
		choice = tg_limit_choose(table, first, wish->bill.now);
		other = tg_limit_choose(table, second, wish->bill.now);
		if (TG_LIMIT_CHOICE_OPEN(other) >
			    TG_LIMIT_CHOICE_OPEN(choice) ||
		    TG_LIMIT_CHOICE_AHEAD(other) <
			    TG_LIMIT_CHOICE_AHEAD(choice)) {
			choice = other;
			bucket = second;
		}
		if (TG_LIMIT_CHOICE_AHEAD(choice) > most)
			break;
		if (wish->bill.is_frozen)
			return TG_LIMIT_YES;
		ways = tg_limit_ways(table, bucket);
		if (!ways)
			break;
		way = TG_LIMIT_CHOICE_WAY(choice);
		if (tg_limit_take(&ways[way], wish)) {
			tg_limit_note(table, bucket, way, wish);
			return TG_LIMIT_YES;
		}
	}
	return TG_LIMIT_NO_PLACE;
}

/* --- ask */

/* 0: the way is another key's now. */
static __always_inline int tg_limit_pay_in(struct tg_limit_way *way,
					   const struct tg_limit_wish *wish,
					   int *answer)
{
	*answer = TG_LIMIT_NO;
	if (!tg_limit_pay(&way->schedule, &wish->bill))
		return 1;
	*answer = TG_LIMIT_YES;
	if (TG_READ(way->name) == wish->name)
		return 1;
	if (!wish->bill.is_frozen)
		tg_limit_pay_back(&way->schedule, &wish->bill);
	return 0;
}

/* A table that no tool has prepared limits nothing. */
static __always_inline enum tg_limit_answer
tg_limit_ask(tg_limit_table table, struct tg_limit_wish *wish)
{
	struct tg_limit_head *head = (struct tg_limit_head *)tg_limit_line(
		table, TG_LIMIT_HEAD_LINE);
	struct tg_limit_way *way;
	__u32 first, second;
	int answer;

	if (!head || head->version != TG_LIMIT_VERSION)
		return TG_LIMIT_YES;
	wish->name = tg_limit_name(head, wish);
	wish->bill.now = tg_limit_time(head, &wish->bill);
	first = tg_limit_bucket(head, wish, wish->name);
	second = tg_limit_bucket(head, wish, tg_flow_second_point(wish->name));
	way = tg_limit_find(table, first, wish->name);
	if (!way)
		way = tg_limit_find(table, second, wish->name);
	if (way && tg_limit_pay_in(way, wish, &answer))
		return answer;
	return tg_limit_add(table, first, second, wish);
}

#endif
