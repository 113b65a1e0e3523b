/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The changes of sets that a rule makes. They come before its other changes, so
 * that what is added or deleted is the packet as it arrived.
 *
 * The includer provides what policy_load.h needs, and tg_set_changes(), the
 * offset of the changes in the tables.
 */
#ifndef TG_POLICY_SET_CHANGES_H
#define TG_POLICY_SET_CHANGES_H

#include "policy_load.h"
#include "policy_sets.h"

/* Both, as only the tables say what is changed. */
struct tg_set_ends {
	struct tg_set_end ends[TG_SIDES];
};

static __always_inline void
tg_set_ends_of(struct tg_set_ends *ends, const struct tg_policy_packet *packet,
	       enum tg_policy_family_id family)
{
#pragma clang loop unroll(full)
	for (int side = 0; side < TG_SIDES; side++)
		ends->ends[side] =
			tg_set_end_of(packet, family, side, TG_SET_ALL_KINDS);
}

static __always_inline void
tg_read_set_ends(struct tg_set_ends *ends,
		 const struct tg_policy_packet *packet)
{
	switch (packet->headers->network) {
	case TG_NET_IPV4:
		return tg_set_ends_of(ends, packet, TG_FAMILY_IP4);
	case TG_NET_IPV6:
		return tg_set_ends_of(ends, packet, TG_FAMILY_IP6);
	default:
		return tg_set_ends_of(ends, packet, TG_FAMILY_OTHER);
	}
}

static __always_inline int
tg_make_set_change(const struct tg_set_ends *ends,
		   const struct tg_set_change *change)
{
	const struct tg_set_end *end = &ends->ends[change->side & TG_SIDE_TO];
	const struct tg_policy_set *set =
		&tg_sets_constants()->sets[change->set % TG_SETS];
	struct tg_set_wish wish = { .now = tg_set_now() };

	if (tg_set_end_key(end, set->kind, &wish.key) < 0)
		return TG_SET_NOT_HERE;
	if (set->kind == TG_SET_ADDRESSES)
		tg_set_cut_key(&wish.key, end->family == TG_FAMILY_IP4
						  ? change->form4
						  : change->form6);
	if (!change->is_del)
		wish.deadline = change->time == TG_SET_FOREVER
					? TG_SET_FOREVER
					: wish.now + change->time;
	return tg_sets_change(&wish, set->number);
}

/*
 * Make `count` changes from `first` on; how many were refused because a set is
 * full.
 */
__noinline __u32 tg_make_set_changes(const struct tg_set_ends *ends,
				     __u32 first, __u32 count)
{
	__u32 refused = 0;

	if (!ends)
		return 0;
	for (__u32 i = 0; i < TG_SET_CHANGES_MAX && i < count; i++) {
		const struct tg_set_change *change =
			(const void *)tg_load_block(
				tg_set_changes() +
					(__u64)(first + i) * sizeof(*change),
				sizeof(*change));

		refused += tg_make_set_change(ends, change) == TG_SET_FULL;
	}
	return refused;
}

#endif
