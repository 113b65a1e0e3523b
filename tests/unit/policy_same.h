/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_POLICY_SAME_H
#define TG_POLICY_SAME_H

#include "policy/language/policy.h"

/* True for equal rules, regardless of their places in the text. */
bool policies_same(const struct policy *a, const struct policy *b);

/*
 * True if ranges are sorted, disjoint, not adjacent, and valid for the field.
 */
bool policy_is_normal(const struct policy *policy);

#endif
