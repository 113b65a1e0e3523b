/* SPDX-License-Identifier: GPL-2.0-only */
/* Walk through a table of flows, and count what is in it. */
#ifndef TG_FLOWS_TABLE_H
#define TG_FLOWS_TABLE_H

#include <jansson.h>

#include "memory.h"

/* The name of a state, as in a policy; "?" if there is no such state. */
const char *flow_state_name(unsigned int state);

/* TG_FLOW_STATES if no state has the name. */
unsigned int flow_state_number(const char *name, size_t size);

/* --- counts */

struct flow_counts {
	uint32_t all;
	uint32_t states[TG_FLOW_STATES];
};

/* Needs the words of the buckets only. */
void flow_table_count(const struct flow_memory *memory, uint32_t now,
		      struct flow_counts *counts);

/* States that have flows, by name. */
json_t *flow_counts_to_json(const struct flow_counts *counts);

/* --- walks */

/* A flow as it was at one moment. */
struct flow_found {
	struct tg_flow flow;
	uint64_t word;
	uint64_t *place; /* of the word */
};

/* Whether the word is that of a flow: complete, and not expired. */
bool flow_word_is_live(uint64_t word, uint32_t now);

/* False ends the walk. */
typedef bool flow_visit_fn(void *context, const struct flow_found *found);

/*
 * Calls the function for each flow that is live. Those that are added or
 * removed meanwhile may be left out. False if it was ended.
 */
bool flow_table_visit(const struct flow_memory *memory, uint32_t now,
		      flow_visit_fn *visit, void *context);

#endif
