/* SPDX-License-Identifier: GPL-2.0-only */
/* Contents of named sets: half of all values, chosen by a hash. */
#ifndef TG_RANDOM_SETS_H
#define TG_RANDOM_SETS_H

#include "policy/match/match.h"

struct random_sets {
	struct match_sets sets; /* for the reference matcher */
	uint64_t seed;
};

struct random_sets random_sets(uint64_t seed);

/* The sets that each end of a packet is in, as a program finds them. */
void random_sets_of(const struct random_sets *sets, const struct policy *policy,
		    const struct policy_packet *packet,
		    uint32_t found[TG_SIDES]);

#endif
