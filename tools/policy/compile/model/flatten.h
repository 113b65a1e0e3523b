/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy as one list: where a rule jumps, the rules of the sub-list stand in
 * its place, each under the conditions of the jump as well.
 */
#ifndef TG_COMPILE_FLATTEN_H
#define TG_COMPILE_FLATTEN_H

#include "lib/arena.h"
#include "policy/language/policy.h"

/* The jumps that led to a rule, innermost first. */
struct flat_jump {
	const struct policy_rule *rule;
	const struct flat_jump *outer;
};

struct flat_rule {
	const struct policy_rule *rule;
	const struct flat_jump *jump; /* NULL in the main list */
	uint32_t number;	      /* as `policy show` counts, from 1 */
};

struct flat_policy {
	struct flat_rule *rules;
	size_t count, room;
	struct arena jumps;
	uint32_t rule_count; /* of the policy: the largest number */
};

/* 0 or -ENOMEM; the result needs flat_free() in any case. */
int flatten(const struct policy *policy, struct flat_policy *flat);
void flat_free(struct flat_policy *flat);

#endif
