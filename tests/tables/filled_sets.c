// SPDX-License-Identifier: GPL-2.0-only
#include "filled_sets.h"

#include "policy/match/set_key.h"
#include "random_packet.h"

#define SIZE 1024   /* of each set */
#define PACKETS 400 /* whose values are added */

static bool contains(const struct match_sets *sets,
		     const struct policy_set *set, const struct tg_set_key *key)
{
	const struct filled_sets *filled = (const struct filled_sets *)sets;

	return set_bed_contains(&filled->bed, key, set->number);
}

/* Some addresses become prefixes, and some exceptions. */
static void vary_address(struct set_listed *listed, struct random *random)
{
	bool is_ip6 = listed->key.form <= TG_SET_FORM_IP6(128);
	uint32_t most = is_ip6 ? 128 : 32;
	uint32_t length = most - random_below(random, most / 2);

	listed->is_exception = random_is(random, 10);
	if (random_is(random, 40))
		set_bed_cut(&listed->key, is_ip6 ? TG_SET_FORM_IP6(length)
						 : TG_SET_FORM_IP4(length));
	listed->is_hashed = listed->key.form == TG_SET_FORM_IP4(32) ||
			    listed->key.form == TG_SET_FORM_IP6(128);
	listed->is_hashed &= !listed->is_exception;
}

static bool add_value(struct filled_sets *filled, struct random *random,
		      const struct policy_set *set,
		      const struct policy_packet *packet)
{
	struct set_listed listed = {
		.set = set->number,
		.deadline = TG_SET_FOREVER,
		.is_hashed = true,
	};

	if (filled->bed.count == SET_BED_LIST_MAX ||
	    !set_key_of(&listed.key, packet, set->kind,
			random_below(random, TG_SIDES)))
		return true;
	if (set->kind == TG_SET_ADDRESSES)
		vary_address(&listed, random);
	return set_bed_add(&filled->bed, &listed);
}

bool filled_sets_make(struct filled_sets *filled, struct random *random,
		      const struct policy *policy)
{
	filled->sets.contains = contains;
	if (!set_bed_make(&filled->bed, random, SIZE))
		return false;
	for (int i = 0; i < PACKETS && policy->set_count; i++) {
		uint32_t set = random_below(random, policy->set_count);
		struct random_packet packet;
		struct policy_packet read;

		random_packet(random, &packet);
		policy_packet_read(&read, packet.bytes, packet.size,
				   &packet.metadata);
		if (!add_value(filled, random, &policy->sets[set], &read))
			return false;
	}
	return true;
}

void filled_sets_free(struct filled_sets *filled)
{
	set_bed_free(&filled->bed);
}
