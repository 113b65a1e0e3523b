/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_RANDOM_POLICY_H
#define TG_RANDOM_POLICY_H

#include <stdio.h>

#include "random.h"

struct random_policy_shape {
	size_t rules;
	uint32_t extras; /* how many in a hundred rules ask for more than the
			    five usual fields */
	uint32_t jumps;	 /* how many in a hundred are jumps */
};

/*
 * A policy that the parser takes, but for rules that can never match: these it
 * refuses, and whoever reads it has to ask for another.
 */
void random_policy(struct random *random,
		   const struct random_policy_shape *shape, FILE *out);

#endif
