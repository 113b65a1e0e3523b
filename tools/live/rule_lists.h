/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compares the values of lists of two policies. Used by tg-rules for `policy
 * diff`.
 */
#ifndef TG_RULE_LISTS_H
#define TG_RULE_LISTS_H

#include "rule_lines.h"

/*
 * Prints a line for each list that both policies have and whose values differ,
 * or a JSON array of them. Returns 0 or -ENOMEM.
 */
int rule_lists_print_changes(const struct rule_lines *old,
			     const struct rule_lines *new, bool json);

#endif
