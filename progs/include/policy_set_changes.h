/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The changes of sets that a rule makes. They come before its other changes, so
 * that what is added or deleted is the packet as it arrived.
 *
 * The includer provides what policy_load.h needs.
 */
#ifndef TG_POLICY_SET_CHANGES_H
#define TG_POLICY_SET_CHANGES_H

#include "policy_load.h"
#include "policy_sets.h"

/*
 * What the change at this offset in the tables asks for, as the wish in the
 * room. Returns the number of the set in the table; -1 if the packet has no
 * value of its kind.
 */
__noinline int tg_make_wish(struct tg_live_room *room, __u32 at)
{
	const struct tg_set_change *change =
		(const void *)tg_load_block(at, sizeof(*change));
	const struct tg_policy_set *set =
		&tg_sets_constants()->sets[change->set % TG_SETS];
	const struct tg_end *end;
	struct tg_set_wish *wish;

	if (!room)
		return -1;
	end = &room->flow.ends[change->side & TG_SIDE_TO];
	wish = &room->wish;
	if (tg_set_end_key(end, set->kind, &wish->key) < 0)
		return -1;
	if (set->kind == TG_SET_ADDRESSES)
		tg_set_cut_key(&wish->key, end->family == TG_FAMILY_IP4
						   ? change->form4
						   : change->form6);
	wish->now = tg_set_now();
	wish->exact = 0;
	wish->deadline = 0;
	if (!change->is_del)
		wish->deadline = change->time == TG_SET_FOREVER
					 ? TG_SET_FOREVER
					 : wish->now + change->time;
	return set->number;
}

/* Make the changes of an act; how many were refused, as a set is full. */
static __always_inline __u32 tg_make_set_changes(const struct tg_policy *policy,
						 const struct tg_act *act)
{
	struct tg_live_room *room = tg_live_room();
	__u32 count = act->set_changes, refused = 0;
	__u32 at = policy->set_changes +
		   act->set_change * sizeof(struct tg_set_change);

	if (!room)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < TG_SET_CHANGES_MAX && i < count; i++) {
		int set = tg_make_wish(room, at);

		at += sizeof(struct tg_set_change);
		if (set < 0)
			continue;
		refused += tg_sets_change_all(&room->wish, set) == TG_SET_FULL;
	}
	return refused;
}

#endif
