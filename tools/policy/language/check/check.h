/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be said about a policy that can be read. */
#ifndef TG_POLICY_CHECK_H
#define TG_POLICY_CHECK_H

#include "policy/language/text/diagnostic.h"

/*
 * Warnings for rules that can never match, as a single rule before them takes
 * all that they ask for, and for duplicates. Every warning is right; a rule
 * without one may still be covered by several together.
 */
int check_order(const struct policy *policy, struct diagnostics *diagnostics);

#endif
