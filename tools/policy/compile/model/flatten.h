/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flattens a policy: a jump is replaced by the rules of the sub-list, to which
 * the conditions of the jump are added.
 */
#ifndef TG_COMPILE_FLATTEN_H
#define TG_COMPILE_FLATTEN_H

#include "lib/arena.h"
#include "policy/language/policy.h"

/* The jumps that lead to a rule, innermost first. */
struct flat_jump {
	const struct policy_rule *rule;
	const struct flat_jump *outer;
};

struct flat_rule {
	const struct policy_rule *rule;
	const struct flat_jump *jump; /* NULL in the main list */
	uint32_t number;	      /* as in `policy show`, from 1 */
};

struct flat_policy {
	struct flat_rule *rules;
	size_t count, room;
	struct arena jumps;
	uint32_t rule_count; /* the largest number in the policy */
};

/* Returns 0 or -ENOMEM; flat_free() is needed either way. */
int flatten(const struct policy *policy, struct flat_policy *flat);
void flat_free(struct flat_policy *flat);

#endif
