/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_POLICY_SAME_H
#define TG_POLICY_SAME_H

#include "policy/language/policy.h"

/* The same rules, wherever in a text they stand. */
bool policies_same(const struct policy *a, const struct policy *b);

/* Sorted, disjoint, not adjacent, of values that the field can have. */
bool policy_is_normal(const struct policy *policy);

#endif
