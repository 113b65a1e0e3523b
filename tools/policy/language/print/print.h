/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules as text in their canonical form, which the parser reads as the same
 * rules: conditions in the order of the fields, sets sorted. A set that is a
 * list is printed as its name, and as its values after policy_expand_lists().
 */
#ifndef TG_POLICY_PRINT_H
#define TG_POLICY_PRINT_H

#include <stdio.h>

#include "policy/language/policy.h"

const char *policy_action_word(enum policy_action action);

/* Without an end of line. */
void policy_rule_print(FILE *out, const struct policy *policy,
		       const struct policy_rule *rule);

/* Just the conditions, or the changes; each with a space before it. */
void policy_conditions_print(FILE *out, const struct policy_rule *rule);
void policy_changes_print(FILE *out, const struct policy_rule *rule);

/* The values of a condition of a rule, with a space before them. */
void policy_values_print(FILE *out, const struct policy_rule *rule,
			 const struct policy_condition *condition);

/* All of it: lists, the default, the rules, the sub-lists, and comments. */
void policy_print(FILE *out, const struct policy *policy);

#endif
