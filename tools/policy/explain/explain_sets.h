/* SPDX-License-Identifier: GPL-2.0-only */
/* What a rule asks of named sets, and the entries that answer. */
#ifndef TG_EXPLAIN_SETS_H
#define TG_EXPLAIN_SETS_H

#include <stdio.h>

#include <jansson.h>

#include "policy/match/match.h"
#include "sets/table_find.h"

/* The entries of a set that a value is in: of files, or of a running policy. */
typedef struct set_membership set_find_fn(void *context,
					  const struct policy_set *set,
					  const struct tg_set_key *key);

/* A rule that matched a packet. */
struct asking_rule {
	const struct policy_rule *rule;
	const struct policy_packet *packet;
	set_find_fn *find;
	void *context;
};

/* Clauses that start with "; ". */
void rule_sets_print(FILE *out, const struct asking_rule *asking);

/* The member "sets". */
json_t *rule_sets_to_json(const struct asking_rule *asking);

#endif
