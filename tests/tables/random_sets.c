// SPDX-License-Identifier: GPL-2.0-only
#include "random_sets.h"

#include <string.h>

#include "lib/hash.h"
#include "policy/match/set_key.h"

/* By its name: the number changes when a policy is shrunk. */
static bool contains(const struct match_sets *sets,
		     const struct policy_set *set, const struct tg_set_key *key)
{
	const struct random_sets *random = (const struct random_sets *)sets;
	uint64_t hash = hash_bytes(random->seed, key, sizeof(*key));

	return hash_bytes(hash, set->name, strlen(set->name)) >> 7 & 1;
}

struct random_sets random_sets(uint64_t seed)
{
	return (struct random_sets){ { contains }, seed };
}

void random_sets_of(const struct random_sets *sets, const struct policy *policy,
		    const struct policy_packet *packet,
		    uint32_t found[TG_SIDES])
{
	for (int side = 0; side < TG_SIDES; side++) {
		found[side] = 0;
		for (size_t i = 0; i < policy->set_count; i++) {
			const struct policy_set *set = &policy->sets[i];
			struct tg_set_key key;

			if (set_key_of(&key, packet, set->kind, side) &&
			    contains(&sets->sets, set, &key))
				found[side] |= 1U << set->number;
		}
	}
}
