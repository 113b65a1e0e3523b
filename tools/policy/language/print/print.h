/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Print rules in their canonical form: conditions in the order of the fields,
 * sets sorted. Parsing the text gives the same rules. A list is printed by
 * name, or as its values after policy_expand_lists().
 */
#ifndef TG_POLICY_PRINT_H
#define TG_POLICY_PRINT_H

#include <stdio.h>

#include "policy/language/policy.h"

const char *policy_action_word(enum policy_action action);

/* Without a newline. */
void policy_rule_print(FILE *out, const struct policy *policy,
		       const struct policy_rule *rule);

/* Only the conditions, or the changes, each after a space. */
void policy_conditions_print(FILE *out, const struct policy_rule *rule);
void policy_changes_print(FILE *out, const struct policy_rule *rule);

/* "90s", "10m", "1h" or "2d" */
void policy_time_print(FILE *out, uint32_t seconds);

/* " keep", " keep else drop" or nothing */
void policy_keep_print(FILE *out, enum policy_keep keep);

/* "default pass keep" */
void policy_default_print(FILE *out, const struct policy *policy);

/* The block 'flows' in one line, without an end of line. */
void policy_flows_print(FILE *out, const struct policy_flows *flows);

/* "50/s" or "10mbit", and "100" or "64kb" */
#define BURST_TEXT_SIZE 32
void policy_rate_print(FILE *out, const struct policy_rate *rate);
void policy_burst_text(char text[BURST_TEXT_SIZE],
		       const struct policy_rate *rate);

/* " limit 50/s per from else next"; nothing without a limit. */
void policy_limit_print(FILE *out, const struct policy_limit *limit);

/* "50/s per from"; the burst in any case, or if it is not the usual one. */
void policy_limit_terms_print(FILE *out, const struct policy_limit *limit,
			      bool with_burst);

/* "from/24", or nothing if there is no key */
void policy_key_print(FILE *out, const struct policy_limit *limit);

/* What is done with packets over the limit: "drop" */
void policy_over_print(FILE *out, const struct policy_limit *limit);

/* "replies 1000/s"; the word is that of the statement */
void policy_sent_print(FILE *out, const char *word,
		       const struct policy_sent_limit *limit);

/* The declaration of a set, without an end of line. */
void policy_set_print(FILE *out, const struct policy_set *set);

/* The values of a condition of a rule, after a space. */
void policy_values_print(FILE *out, const struct policy_rule *rule,
			 const struct policy_condition *condition);

/* The whole policy: lists, default, rules, sub-lists, and comments. */
void policy_print(FILE *out, const struct policy *policy);

#endif
