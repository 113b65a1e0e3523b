/* SPDX-License-Identifier: GPL-2.0-only */
/* What a rule would change: of the packet, and of named sets. */
#ifndef TG_EXPLAIN_CHANGES_H
#define TG_EXPLAIN_CHANGES_H

#include <stdio.h>

#include <jansson.h>

#include "policy/match/match.h"
#include "sets/entry.h"

/* The text of a key, as of an entry of a set. */
void set_key_print(char text[SET_TEXT_SIZE], const struct tg_set_key *key);

/* The changes of sets: clauses that start with "; ". */
void set_changes_print(FILE *out, const struct policy_rule *rule,
		       const struct policy_packet *packet);

/* "; would log" and the text, or nothing. */
void rule_log_print(FILE *out, const struct policy_rule *rule);

/* An array of all changes. */
json_t *changes_to_json(const struct policy_rule *rule,
			const struct policy_packet *packet);

#endif
