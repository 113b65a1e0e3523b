/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pinned table of flows: made, opened and mapped into memory. Functions
 * return 0 or a negative errno after one message, if not said otherwise.
 */
#ifndef TG_FLOWS_KERNEL_H
#define TG_FLOWS_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

#define FLOW_MAP "tgf_flows"

struct flow_map {
	const char *pin;
	int folder; /* of the pin: a tool that changes the table has its lock */
	int fd;	    /* of the map, or -1 */
	struct flow_memory memory;
};

/* One message that names the pin. Returns err. */
int flow_map_fail(const struct flow_map *map, int err);

/*
 * Opens and maps the table; to write, waits for the lock first, until it is
 * closed. -ENOENT without a message if nothing is pinned there; then the folder
 * is open, and locked. flow_map_close() is needed either way.
 */
int flow_map_open(struct flow_map *map, const char *pin, bool is_writable);
void flow_map_close(struct flow_map *map);

enum flow_extent {
	FLOW_WORDS, /* of the buckets, with the head */
	FLOW_ALL,
};

/*
 * Maps the table of this fd, which stays the caller's, to look into. Prints
 * nothing; -ENOENT if no tool has prepared it, -EPROTO if it is of another
 * version.
 */
int flow_map_look(struct flow_map *map, int fd, enum flow_extent extent);

/* A new table that is not pinned yet. The folder is locked. */
int flow_map_create(struct flow_map *map, uint32_t flows);
int flow_map_pin(struct flow_map *map);

/* Bytes of a table for as many flows. */
uint64_t flow_map_size(uint32_t flows);

#endif
