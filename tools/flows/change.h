/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of a table by tools: its lock is held, and programs change it, too.
 */
#ifndef TG_FLOWS_CHANGE_H
#define TG_FLOWS_CHANGE_H

#include "table.h"

/* What became of flows that were to be added. */
struct flow_tally {
	size_t added, there, refused;
};

/* A flow that is to be added. The ends of its key may be in any order. */
struct flow_addition {
	struct tg_flow flow;
	uint32_t time; /* units until it expires */
	uint8_t state;
	bool is_by_high; /* that end has sent the first packet */
};

void flow_add_to(const struct flow_memory *memory,
		 const struct flow_addition *addition,
		 struct flow_tally *tally);

/* True if the flow was there, and is removed. */
bool flow_remove(const struct flow_found *found);

/* Frees ways that killed tools have left claimed. */
void flow_recover(const struct flow_memory *memory, uint32_t now);

#endif
