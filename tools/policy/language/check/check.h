/* SPDX-License-Identifier: GPL-2.0-only */
/* Warnings about rules that never match. */
#ifndef TG_POLICY_CHECK_H
#define TG_POLICY_CHECK_H

#include "policy/language/text/diagnostic.h"

/*
 * Warn about duplicates, and about rules that can never match because a single
 * earlier rule matches all of their packets. There are no false warnings, but a
 * rule that several earlier rules cover together gets none.
 */
int check_order(const struct policy *policy, struct diagnostics *diagnostics);

#endif
