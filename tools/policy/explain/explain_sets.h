/* SPDX-License-Identifier: GPL-2.0-only */
/* The named sets in an answer: what the rule asks of them, and changes. */
#ifndef TG_EXPLAIN_SETS_H
#define TG_EXPLAIN_SETS_H

#include <jansson.h>

#include "explain.h"

/* Clauses that start with "; ". */
void answer_sets_print(FILE *out, const struct answer *answer);

/* An item of the member "changes". */
json_t *set_change_to_json(const struct answer *answer,
			   const struct policy_change *change);

/* Adds the members "sets" and "empty_sets". */
void answer_sets_add_json(json_t *object, const struct answer *answer);

#endif
