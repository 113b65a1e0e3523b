/* SPDX-License-Identifier: GPL-2.0-only */
/* How the values of the lists of two policies differ. */
#ifndef TG_RULE_LISTS_H
#define TG_RULE_LISTS_H

#include "rule_lines.h"

/*
 * On standard output, a line for each list that both have under one name, with
 * other values; or a JSON array of them. -ENOMEM is the only failure.
 */
int rule_lists_print_changes(const struct rule_lines *old,
			     const struct rule_lines *new, bool json);

#endif
