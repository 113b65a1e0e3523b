/* SPDX-License-Identifier: GPL-2.0-only */
/* What a packet is to the flows, and what 'keep' would do. */
#ifndef TG_EXPLAIN_FLOWS_H
#define TG_EXPLAIN_FLOWS_H

#include <stdio.h>

#include <jansson.h>

#include "policy/match/match.h"

/* "new", "established", "related" or "invalid"; NULL: the packet is not IP. */
const char *flow_fact_name(const struct policy_packet *packet);

/* Clauses that start with "; ". */
void flow_assumed_print(FILE *out, const struct policy_packet *packet);
void flow_keep_print(FILE *out, enum policy_keep keep,
		     const struct policy_packet *packet);

/* An item of "changes". */
json_t *flow_keep_to_json(enum policy_keep keep,
			  const struct policy_packet *packet);

#endif
