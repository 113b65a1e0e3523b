/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entries of a hashed key, of which it has one for each deadline: a set
 * joins one, is prolonged, or leaves.
 */
#ifndef TG_SET_ENTRIES_H
#define TG_SET_ENTRIES_H

#include "set_count.h"

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

static __always_inline __u32 tg_set_place(const struct tg_set_search *search,
					  __u64 lanes)
{
	return search->bucket * TG_SET_WAYS + tg_set_way(lanes);
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
		if (here == TG_SET_SHARED)
			changing->replaced = tg_set_place(search, lanes);
		if (here < TG_SET_FULL)
			return 1;
	}
	return tg_set_is_over(&changing->search);
}

/* Whether the set leaves the entry in this place, which has this deadline. */
static __always_inline int tg_set_leaves(struct tg_set_changing *changing,
					 __u32 place, __u32 deadline)
{
	__u32 visit = changing->visit;
	int is_behind =
		deadline < changing->deadline ||
		(deadline == changing->deadline && place > changing->chosen);

	if (visit == TG_SET_LEAVE)
		return 1;
	if (place == changing->replaced)
		return visit == TG_SET_SETTLE;
	if (visit == TG_SET_SETTLE)
		return place != changing->chosen && is_behind;
	if (!is_behind) {
		changing->chosen = place;
		changing->deadline = deadline;
	}
	return 0;
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

	if (entry && TG_SET_STATE_DEADLINE(state) > wish->now &&
	    TG_SET_STATE_SETS(state) & bit &&
	    tg_set_leaves(changing, tg_set_place(search, lanes),
			  TG_SET_STATE_DEADLINE(state))) {
		if (tg_set_leave(at, entry, state, bit, wish) == TG_SET_AGAIN) {
			search->lanes = lanes;
			return 0;
		}
		changing->answer = TG_SET_SHARED;
	}
	if (!tg_set_is_over(search) && number != TG_SET_STEPS - 1)
		return 0;
	if (changing->visit != TG_SET_CHOOSE)
		return 1;
	changing->visit = TG_SET_SETTLE;
	tg_set_restart(search);
	return 0;
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

/*
 * The set leaves all entries of the key, or all but one: `visit` is
 * TG_SET_LEAVE or TG_SET_CHOOSE. TG_SET_SHARED: it has left one at least.
 */
static __always_inline int tg_set_leave_key(struct tg_set_changing *changing,
					    __u32 visit)
{
	/* it changes meanwhile, so the verifier must not know it */
	changing->visit = visit + tg_set_hidden_zero(changing->search.hash);
	changing->chosen = TG_SET_NOWHERE;
	changing->deadline = 0;
	changing->answer = TG_SET_NOT_HERE;
	tg_set_restart(&changing->search);
	tg_set_each(2 * TG_SET_STEPS, tg_set_leave_step, changing);
	return changing->answer;
}

#endif
