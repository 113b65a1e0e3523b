/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Add hashed keys to a table of sets, and delete them: by programs, and by
 * tools at the same time. maps/set_table.h has the protocol. Prefixes in the
 * tries are changed by tools alone.
 */
#ifndef TG_SET_CHANGE_H
#define TG_SET_CHANGE_H

#include "set_find.h"

enum tg_set_answer {
	TG_SET_ADDED,
	TG_SET_KEPT, /* it was there, perhaps with another deadline now */
	TG_SET_FULL,
	/* of one entry */
	TG_SET_NOT_HERE,
	TG_SET_SHARED, /* other sets have the deadline, too: it needs its own */
	TG_SET_AGAIN,  /* its state has changed meanwhile: read it again */
};

/* What is asked for. */
struct tg_set_wish {
	struct tg_set_key key;
	__u32 deadline; /* TG_SET_FOREVER, or later than now */
	__u32 now;
	__u32 exact; /* an earlier deadline takes the place of a later one */
};

/* What is changed: a set of a table. */
struct tg_set_at {
	tg_set_table table;
	struct tg_set *set;
	__u32 number;
};

/* What is to be done with the entries of the key. */
enum tg_set_visit {
	TG_SET_PROLONG, /* if the set is there */
	TG_SET_JOIN,	/* the set becomes one of those there */
	TG_SET_LEAVE,	/* the set leaves, but for the wish's own deadline */
	/*
	 * After an addition, as another processor may have added the key, too:
	 * of several entries, that of the latest deadline stays, and the first
	 * of these. All agree on it, so none is lost.
	 */
	TG_SET_SETTLE,
	TG_SET_SETTLE_LATER, /* one with a later deadline than the wish's */
	TG_SET_SETTLED,	     /* and more: the number of the entry that stays */
};

/*
 * A change that is being made: one context for all loops, as programs have
 * little stack.
 */
struct tg_set_changing {
	struct tg_set_search search;
	const struct tg_set_at *at;
	const struct tg_set_wish *wish;
	__u32 visit; /* enum tg_set_visit */
	int answer;
};

/* --- counts */

static __always_inline __u32 *tg_set_wheel_word(const struct tg_set_at *at,
						__u32 slot)
{
	struct tg_set_wheel *wheel = tg_set_line(
		at->table, TG_SET_SET_LINE(at->number % TG_SETS) + 1);

	return wheel ? &wheel->slots[slot % TG_SET_WHEEL] : NULL;
}

/* An entry with this deadline comes on the wheel, or leaves it. */
static __always_inline void tg_set_turn(const struct tg_set_at *at,
					__u32 deadline, __s32 by)
{
	__u32 slot = deadline >> (at->set->shift & 31);
	__u32 hand = TG_READ(at->set->hand), *word;

	/* a slot before the hand is far behind it, too */
	if (deadline == TG_SET_FOREVER || slot - hand >= TG_SET_WHEEL)
		return;
	word = tg_set_wheel_word(at, slot);
	if (word)
		__sync_fetch_and_add(word, by);
}

static __always_inline __u32 tg_set_present(const struct tg_set_at *at,
					    const struct tg_set_wish *wish)
{
	return wish->now >> (at->set->shift & 31);
}

/* An entry of the set is new, or goes: `by` is 1 or -1. */
static __always_inline void tg_set_count(const struct tg_set_at *at,
					 __u32 deadline, __s32 by)
{
	__sync_fetch_and_add(&at->set->count, by);
	tg_set_turn(at, deadline, by);
}

/* Take what has passed off the count. */
static long tg_set_advance_step(__u32 number, void *context)
{
	const struct tg_set_changing *changing = context;
	const struct tg_set_at *at = changing->at;
	__u32 hand = TG_READ(at->set->hand), *word;

	(void)number;
	if (hand >= tg_set_present(at, changing->wish))
		return 1;
	word = tg_set_wheel_word(at, hand);
	if (word &&
	    __sync_val_compare_and_swap(&at->set->hand, hand, hand + 1) == hand)
		__sync_fetch_and_add(&at->set->count,
				     -__sync_lock_test_and_set(word, 0));
	return 0;
}

static __always_inline void tg_set_advance(struct tg_set_changing *changing)
{
	const struct tg_set_at *at = changing->at;
	__u32 present = tg_set_present(at, changing->wish);

	if (TG_READ(at->set->hand) >= present)
		return;
	tg_set_each(TG_SET_WHEEL, tg_set_advance_step, changing);
	if (TG_READ(at->set->hand) < present)
		TG_WRITE(at->set->hand, present);
}

/* --- the entries of a key: it has one for each deadline */

static __always_inline int tg_set_prolong(const struct tg_set_at *at,
					  struct tg_set_entry *entry,
					  __u64 state, __u32 bit,
					  const struct tg_set_wish *wish)
{
	__u32 deadline = TG_SET_STATE_DEADLINE(state);

	if (deadline == wish->deadline ||
	    (deadline > wish->deadline && !wish->exact))
		return TG_SET_KEPT;
	if (TG_SET_STATE_SETS(state) != bit)
		return TG_SET_SHARED;
	if (__sync_val_compare_and_swap(&entry->state, state,
					TG_SET_STATE(bit, wish->deadline)) !=
	    state)
		return TG_SET_AGAIN;
	tg_set_turn(at, deadline, -1);
	tg_set_turn(at, wish->deadline, 1);
	return TG_SET_KEPT;
}

static __always_inline int tg_set_leave(const struct tg_set_at *at,
					struct tg_set_entry *entry, __u64 state,
					__u32 bit,
					const struct tg_set_wish *wish)
{
	__u32 deadline = TG_SET_STATE_DEADLINE(state);
	__u32 rest = TG_SET_STATE_SETS(state) & ~bit;
	int is_over = !rest && !TG_READ(entry->exceptions);

	if (__sync_val_compare_and_swap(
		    &entry->state, state,
		    is_over ? TG_SET_STATE(0, wish->now)
			    : TG_SET_STATE(rest, deadline)) != state)
		return TG_SET_AGAIN;
	tg_set_count(at, deadline, -1);
	return TG_SET_SHARED;
}

/*
 * The set is not in the entry. An entry that has expired is the key's still,
 * unless its state is 0: it is being claimed for another key.
 */
static __always_inline int tg_set_join(const struct tg_set_at *at,
				       struct tg_set_entry *entry, __u64 state,
				       __u32 bit,
				       const struct tg_set_wish *wish)
{
	__u32 deadline = TG_SET_STATE_DEADLINE(state);
	__u64 joined = state | bit;

	if (!state)
		return TG_SET_NOT_HERE;
	if (deadline <= wish->now)
		joined = TG_SET_STATE(bit, wish->deadline);
	else if (deadline != wish->deadline)
		return TG_SET_NOT_HERE;
	if (__sync_val_compare_and_swap(&entry->state, state, joined) != state)
		return TG_SET_AGAIN;
	tg_set_turn(at, wish->deadline, 1);
	return TG_SET_ADDED;
}

static __always_inline int tg_set_visit_entry(const struct tg_set_at *at,
					      struct tg_set_entry *entry,
					      __u64 state,
					      const struct tg_set_wish *wish,
					      enum tg_set_visit visit)
{
	__u32 bit = 1U << at->number % TG_SETS;
	__u32 deadline = TG_SET_STATE_DEADLINE(state);
	int is_in = deadline > wish->now && TG_SET_STATE_SETS(state) & bit;

	if (visit == TG_SET_JOIN) {
		if (!is_in)
			return tg_set_join(at, entry, state, bit, wish);
		/* another processor may have added it meanwhile */
		return deadline == wish->deadline ? TG_SET_KEPT
						  : TG_SET_NOT_HERE;
	}
	if (!is_in)
		return TG_SET_NOT_HERE;
	return tg_set_prolong(at, entry, state, bit, wish);
}

static long tg_set_visit_step(__u32 number, void *context)
{
	struct tg_set_changing *changing = context;
	struct tg_set_search *search = &changing->search;
	__u64 lanes = search->lanes, state = 0;
	struct tg_set_entry *entry = tg_set_step(search, &state);
	int here;

	(void)number;
	if (entry) {
		here = tg_set_visit_entry(changing->at, entry, state,
					  changing->wish, changing->visit);
		if (here == TG_SET_AGAIN) {
			search->lanes = lanes;
			return 0;
		}
		if (here != TG_SET_NOT_HERE)
			changing->answer = here;
		if (here < TG_SET_FULL)
			return 1;
	}
	return tg_set_is_over(&changing->search);
}

/*
 * Whether the set stays in the entry of this number and deadline, which may be
 * met twice: choices can be the same bucket. A later deadline than the wish's
 * decides about entries before it, too: the visit starts again.
 */
static __always_inline int tg_set_stays(struct tg_set_changing *changing,
					__u32 number, __u32 deadline)
{
	__u32 wished = changing->wish->deadline;
	__u32 visit = changing->visit;

	if (deadline > wished && visit != TG_SET_LEAVE) {
		if (visit != TG_SET_SETTLE_LATER) {
			changing->visit = TG_SET_SETTLE_LATER;
			tg_set_restart(&changing->search);
		}
		return 1;
	}
	if (deadline != wished || visit == TG_SET_SETTLE_LATER)
		return 0;
	if (visit == TG_SET_SETTLE)
		changing->visit = TG_SET_SETTLED + number;
	return visit < TG_SET_SETTLED || visit == TG_SET_SETTLED + number;
}

static long tg_set_leave_step(__u32 number, void *context)
{
	struct tg_set_changing *changing = context;
	struct tg_set_search *search = &changing->search;
	const struct tg_set_wish *wish = changing->wish;
	const struct tg_set_at *at = changing->at;
	__u32 bit = 1U << at->number % TG_SETS;
	__u64 lanes = search->lanes, state = 0;
	struct tg_set_entry *entry = tg_set_step(search, &state);

	(void)number;
	if (entry && TG_SET_STATE_DEADLINE(state) > wish->now &&
	    TG_SET_STATE_SETS(state) & bit &&
	    !tg_set_stays(changing,
			  search->bucket * TG_SET_WAYS + tg_set_way(lanes),
			  TG_SET_STATE_DEADLINE(state))) {
		if (tg_set_leave(at, entry, state, bit, wish) == TG_SET_AGAIN) {
			search->lanes = lanes;
			return 0;
		}
		changing->answer = TG_SET_SHARED;
	}
	return tg_set_is_over(search);
}

/*
 * Visit all entries of the key, until one is TG_SET_ADDED or TG_SET_KEPT.
 * TG_SET_SHARED: of one at least.
 */
static __always_inline int tg_set_visit_key(struct tg_set_changing *changing,
					    enum tg_set_visit visit)
{
	changing->visit = visit;
	changing->answer = TG_SET_NOT_HERE;
	tg_set_restart(&changing->search);
	tg_set_each(TG_SET_STEPS, tg_set_visit_step, changing);
	return changing->answer;
}

/* The set leaves entries of the key. TG_SET_SHARED: one at least. */
static __always_inline int tg_set_leave_key(struct tg_set_changing *changing,
					    __u32 visit)
{
	/* it changes meanwhile, so the verifier must not know it */
	changing->visit = visit + tg_set_hidden_zero(changing->search.hash);
	changing->answer = TG_SET_NOT_HERE;
	tg_set_restart(&changing->search);
	tg_set_each(TG_SET_STEPS, tg_set_leave_step, changing);
	return changing->answer;
}

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
	__u32 visit = TG_SET_LEAVE;
	int answer = TG_SET_SHARED, left;

	if (wish->deadline)
		answer = tg_set_put(&changing);
	if (answer == TG_SET_KEPT || answer == TG_SET_FULL)
		return answer;
	if (answer == TG_SET_ADDED || (wish->deadline && !wish->exact))
		visit = TG_SET_SETTLE;
	left = tg_set_leave_key(&changing, visit);
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
