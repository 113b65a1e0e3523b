/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The limits that a policy of a chain asks, for tg-explain: which limit the
 * twin asked for a packet, and what is left of it. The table is that of the
 * running program, and stays as it is.
 */
#ifndef TG_LIVE_LIMITS_H
#define TG_LIVE_LIMITS_H

#include <stdio.h>

#include <jansson.h>

#include "limits/kernel.h"
#include "policy_limit.h"

struct live_limits {
	struct line_map map; /* without memory if no tool has prepared it */
	int room;	     /* fd of the map in which the program works */
	size_t room_size;    /* for all processors */
	char *rooms;
	/* what was asked for the last packet */
	bool has_packet;
	struct tg_limit_note key;
	uint64_t left; /* packets of the same size that may pass now */
	uint64_t wait; /* ns until one may pass, if none may */
};

/*
 * The fds are the twin's: of its table, and of its room. Returns 0 or a
 * negative errno; live_limits_close() is needed either way.
 */
int live_limits_open(struct live_limits *limits, int table, int room);
void live_limits_close(struct live_limits *limits);

/* Before and after a packet runs. Return 0 or a negative errno. */
int live_limits_begin(struct live_limits *limits);
int live_limits_end(struct live_limits *limits);

/* "; limit: from 198.51.100.7, 63 as large may pass now" */
void live_limits_print(FILE *out, const struct live_limits *limits);

/* null if no limit was asked. */
json_t *live_limits_to_json(const struct live_limits *limits);

#endif
