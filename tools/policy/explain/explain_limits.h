/* SPDX-License-Identifier: GPL-2.0-only */
/* Which side of its rule's limit a packet is on, and what the other would be.
 */
#ifndef TG_EXPLAIN_LIMITS_H
#define TG_EXPLAIN_LIMITS_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "policy/language/policy.h"

/*
 * "; within its limit (50/s burst 100 per from/24), over it: drop"; nothing if
 * the rule has no limit.
 */
void limit_side_print(FILE *out, const struct policy_rule *rule, bool is_over);

/* The limit and both actions, without the side; null without a limit. */
json_t *limit_to_json(const struct policy_rule *rule);

#endif
