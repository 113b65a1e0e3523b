/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of flows in memory. */
#ifndef TG_FLOWS_MEMORY_H
#define TG_FLOWS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow_table.h"

struct flow_memory {
	char *start; /* mapped from the map, or a test's own */
	uint32_t lines;
};

static inline void *flow_line(const struct flow_memory *memory, uint32_t number)
{
	return number < memory->lines
		       ? memory->start + (size_t)number * TG_FLOW_LINE
		       : NULL;
}

static inline struct tg_flow_head *flow_head(const struct flow_memory *memory)
{
	return flow_line(memory, TG_FLOW_HEAD_LINE);
}

/* Flows that a table of as many buckets is for, as TG_FLOW_BUCKETS() says. */
static inline uint32_t flow_table_room(uint32_t buckets)
{
	return (uint64_t)buckets * TG_FLOW_WAYS * 10 / 11;
}

/* Whether the head is one that this version has written for such a memory. */
static inline bool flow_table_is_sound(const struct flow_memory *memory)
{
	const struct tg_flow_head *head = flow_head(memory);

	return memory->lines >= TG_FLOW_LINES(1) &&
	       head->version == TG_FLOW_VERSION &&
	       head->lines == memory->lines && head->buckets &&
	       head->buckets < memory->lines / TG_FLOW_WAYS &&
	       TG_FLOW_LINES(head->buckets) <= memory->lines;
}

#endif
