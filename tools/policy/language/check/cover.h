/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether one rule takes all packets of another. */
#ifndef TG_POLICY_COVER_H
#define TG_POLICY_COVER_H

#include "policy/language/policy.h"

/*
 * True is certain; false may mean that it would take too long to say. Work
 * counts down, and nothing is said any more when it has come to 0.
 */
bool rule_covers(const struct policy_rule *rule,
		 const struct policy_rule *other, size_t *work);

/* The same conditions, in the same order. */
bool rules_ask_same(const struct policy_rule *a, const struct policy_rule *b);
bool rules_do_same(const struct policy_rule *a, const struct policy_rule *b);
uint64_t rule_hash(const struct policy_rule *rule);

#endif
