/* SPDX-License-Identifier: GPL-2.0-only */
/* How full the tables of flows and limits and the sets of a device are. */
#ifndef TG_TOP_FILLS_H
#define TG_TOP_FILLS_H

#include <stddef.h>

#include "live/look.h"

enum top_table { TOP_FLOWS, TOP_LIMITS, TOP_SET };

struct top_fill {
	char device[IFNAMSIZ];
	enum top_table table;
	char name[TG_SET_NAME_SIZE]; /* of a set */
	uint64_t used, room;
	uint64_t refused; /* what has found no room */
};

struct top_fills {
	struct top_fill *list;
	size_t count, room;
};

/* A large table takes a while to count, and is not counted each time. */
struct top_fill_cache {
	struct look_set sets[TG_SETS];
	uint32_t set_count;
	struct look_flows flows;
	struct look_limits limits;
	uint64_t next; /* when it is counted again */
};

/*
 * Adds those of a device, whose counters were read. Returns 0, or a negative
 * errno with the message in look_error().
 */
int fills_sample(struct top_fills *fills, struct top_fill_cache *cache,
		 struct look *look, uint64_t now);

/* "flows", "limits", or "set NAME" */
void fill_name(const struct top_fill *fill, char *text, size_t size);

/* In percent; 100 only if it is full. */
int fill_percent(const struct top_fill *fill);

#endif
