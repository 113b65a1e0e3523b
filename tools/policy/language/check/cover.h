/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells whether one rule matches all packets that another one matches. */
#ifndef TG_POLICY_COVER_H
#define TG_POLICY_COVER_H

#include "policy/language/policy.h"

/*
 * True if `rule` matches every packet that `other` matches. *work is a budget:
 * it is decremented, and when it reaches 0 the answer is false.
 */
bool rule_covers(const struct policy_rule *rule,
		 const struct policy_rule *other, size_t *work);

/* The same conditions in the same order; the same action and changes. */
bool rules_match_same(const struct policy_rule *a, const struct policy_rule *b);
bool rules_act_same(const struct policy_rule *a, const struct policy_rule *b);
uint64_t rule_hash(const struct policy_rule *rule);

#endif
