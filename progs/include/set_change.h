/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Add hashed keys to a table of sets, and delete them: by programs, and by
 * tools at the same time. maps/set_table.h has the protocol. Prefixes in the
 * tries are changed by tools alone.
 */
#ifndef TG_SET_CHANGE_H
#define TG_SET_CHANGE_H

#include "set_entries.h"

/* --- a place for a new entry */

/* A bit of tg_set_lanes(): the shift of its lane in its word. */
static __always_inline __u32 tg_set_lane_shift(__u32 lane)
{
	return 16 * (lane & 3);
}

static __always_inline void tg_set_fill(const struct tg_set_at *at,
					struct tg_set_entry *entry,
					const struct tg_set_wish *wish)
{
	volatile __u32 *there = (volatile __u32 *)&entry->key;
	const __u32 *words = (const __u32 *)&wish->key;

	for (int i = 0; i < 5; i++)
		there[i] = words[i];
	TG_WRITE(entry->exceptions, 0);
	TG_WRITE(entry->state,
		 TG_SET_STATE(1U << at->number % TG_SETS, wish->deadline));
}

/* Lane 0 to 6 of the bucket becomes the key's, if it is free or has expired. */
static __always_inline int tg_set_claim(const struct tg_set_at *at,
					__u32 bucket, __u64 *there, __u32 lane,
					__u16 mark,
					const struct tg_set_wish *wish)
{
	__u32 shift = tg_set_lane_shift(lane), half = lane >> 2;
	struct tg_set_entry *entry;
	__u64 *place, word, old, state = 0;

	/* clang knows that it is 0 or 1, the verifier does not */
	tg_barrier_var(half);
	place = &there[half & 1];
	word = TG_READ(*place);
	old = word >> shift & 0xffff;
	if (old == TG_SET_BUSY)
		return 0;
	entry = tg_set_entry(at->table, bucket,
			     tg_set_way(tg_set_lane_bit(lane)));
	if (!entry)
		return 0;
	if (old != TG_SET_FREE) {
		state = TG_READ(entry->state);
		if ((__u64)TG_SET_STATE_DEADLINE(state) + TG_SET_GRACE >=
		    wish->now)
			return 0;
	}
	if (__sync_val_compare_and_swap(
		    place, word,
		    word - (old << shift) + ((__u64)TG_SET_BUSY << shift)) !=
	    word)
		return 0;
	if (old != TG_SET_FREE &&
	    __sync_val_compare_and_swap(&entry->state, state, 0) != state) {
		/* somebody has prolonged it */
		__sync_fetch_and_add(place, (old - TG_SET_BUSY) << shift);
		return 0;
	}
	tg_set_fill(at, entry, wish);
	__sync_fetch_and_add(place, (__u64)(mark - TG_SET_BUSY) << shift);
	return 1;
}

/* A lane of a bucket: those of one bucket follow each other. */
static long tg_set_claim_step(__u32 number, void *context)
{
	struct tg_set_changing *changing = context;
	const struct tg_set_at *at = changing->at;
	__u64 hash = changing->search.hash;
	__u32 bucket = tg_set_bucket(tg_set_head_of(at->table), hash,
				     number / TG_SET_WAYS);
	__u32 way = number % TG_SET_WAYS;
	__u32 lane = tg_set_first_lane(hash) + way;
	__u64 *there = tg_set_bucket_words(at->table, bucket);

	if (!there)
		return 1;
	if (lane >= TG_SET_WAYS)
		lane -= TG_SET_WAYS;
	if (tg_set_claim(at, bucket, there, lane, tg_set_mark(hash),
			 changing->wish)) {
		tg_set_turn(at, changing->wish->deadline, 1);
		changing->answer = TG_SET_ADDED;
		return 1;
	}
	if (way == TG_SET_WAYS - 1)
		__sync_fetch_and_or(&there[1], (__u64)TG_SET_SPILLED << 48);
	return 0;
}

static __always_inline int tg_set_add_new(struct tg_set_changing *changing)
{
	struct tg_set_head *head = tg_set_head_of(changing->at->table);

	/* before the key: lookups in a table without any do not look for them
	 */
	if (!TG_READ(head->is_hashing))
		TG_WRITE(head->is_hashing, 1);
	changing->answer = TG_SET_FULL;
	tg_set_each(TG_SET_CHOICES * TG_SET_WAYS, tg_set_claim_step, changing);
	return changing->answer;
}

/* --- add and delete */

static __always_inline struct tg_set_changing
tg_set_change(const struct tg_set_at *at, const struct tg_set_wish *wish)
{
	struct tg_set_changing changing = {
		.search = { .table = at->table },
		.at = at,
		.wish = wish,
		.replaced = TG_SET_NOWHERE,
	};

	tg_set_begin(&changing.search, &wish->key);
	return changing;
}

/* Add an entry. It is counted first, so that the set never exceeds its size. */
static __always_inline int tg_set_put_new(struct tg_set_changing *changing,
					  int has_place)
{
	struct tg_set *set = changing->at->set;
	__u32 before = __sync_fetch_and_add(&set->count, 1);
	int answer = TG_SET_FULL;

	if (has_place || before < TG_READ(set->size)) {
		answer = tg_set_visit_key(changing, TG_SET_JOIN);
		if (answer > TG_SET_KEPT)
			answer = tg_set_add_new(changing);
	}
	if (answer != TG_SET_ADDED)
		__sync_fetch_and_add(&set->count, -1);
	if (answer == TG_SET_FULL)
		__sync_fetch_and_add(&set->refused, 1);
	return answer;
}

/* TG_SET_SHARED: it is in the set, and older entries of it have to leave. */
static __always_inline int tg_set_put(struct tg_set_changing *changing)
{
	int before, answer;

	/* deadlines are counted from the wheel's hand on */
	tg_set_advance(changing);
	before = tg_set_visit_key(changing, TG_SET_PROLONG);
	if (before == TG_SET_KEPT)
		return before;
	answer = tg_set_put_new(changing, before == TG_SET_SHARED);
	if (answer == TG_SET_FULL)
		return answer;
	return before == TG_SET_SHARED ? before : answer;
}

/*
 * Add the key, or delete it if the wish has no deadline. Both in one function,
 * as the verifier checks a visit each time that it is in the code.
 */
static __always_inline int tg_set_apply(const struct tg_set_at *at,
					const struct tg_set_wish *wish)
{
	struct tg_set_changing changing = tg_set_change(at, wish);
	int answer = TG_SET_SHARED, left;

	if (wish->deadline)
		answer = tg_set_put(&changing);
	if (answer == TG_SET_KEPT || answer == TG_SET_FULL)
		return answer;
	left = tg_set_leave_key(&changing,
				wish->deadline ? TG_SET_CHOOSE : TG_SET_LEAVE);
	if (answer == TG_SET_ADDED)
		return answer;
	return wish->deadline ? TG_SET_KEPT : left;
}

static __always_inline int tg_set_add(const struct tg_set_at *at,
				      const struct tg_set_wish *wish)
{
	return tg_set_apply(at, wish);
}

/* Whether the set had the key; the wish's deadline is 0. */
static __always_inline int tg_set_del(const struct tg_set_at *at,
				      const struct tg_set_wish *wish)
{
	return tg_set_apply(at, wish) == TG_SET_SHARED;
}

#endif
