/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule of a running policy, parsed from the text that is stored with it:
 * see policy/compile/emit/rule_text.h.
 */
#ifndef TG_EXPLAIN_STORED_RULE_H
#define TG_EXPLAIN_STORED_RULE_H

#include "policy/language/policy.h"

/*
 * Parses declarations of sets, one a line, and the rule after them; it may name
 * lists that are not there. NULL if that is no rule, as its text was cut;
 * policy_free() is needed either way.
 */
const struct policy_rule *stored_rule_read(struct policy *policy,
					   const char *text, size_t size);

#endif
