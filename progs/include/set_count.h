/* SPDX-License-Identifier: GPL-2.0-only */
/* How many entries a set has: its count, and the wheel of deadlines. */
#ifndef TG_SET_COUNT_H
#define TG_SET_COUNT_H

#include "set_changing.h"

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

#endif
