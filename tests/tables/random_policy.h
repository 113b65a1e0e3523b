/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_RANDOM_POLICY_H
#define TG_RANDOM_POLICY_H

#include <stdio.h>

#include "random.h"

struct random_policy_shape {
	size_t rules;
	uint32_t extras; /* how many in a hundred rules ask for more than the
			    five usual fields */
	uint32_t jumps;	 /* percent of jumps */
	uint32_t sets;	 /* percent of addresses, ports and MACs that are asked
			    of named sets; 0: there are none */
	uint32_t flows;	 /* percent of rules for IP that ask for flows or keep
			    them */
	uint32_t limits; /* percent of rules with a limit, of the first ones */
};

/*
 * Prints a policy that the parser accepts, except for rules that can never
 * match; callers have to handle those.
 */
void random_policy(struct random *random,
		   const struct random_policy_shape *shape, FILE *out);

#endif
