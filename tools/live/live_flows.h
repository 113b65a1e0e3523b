/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flows that a program of a chain knows, for tg-explain: what the packet
 * was to them when the twin ran, and the flow that was found. The table is that
 * of the running program, and stays as it is.
 */
#ifndef TG_LIVE_FLOWS_H
#define TG_LIVE_FLOWS_H

#include <stdio.h>

#include <jansson.h>

#include "flows/kernel.h"
#include "flows/table.h"
#include "policy/match/match.h"
#include "policy_flow.h"

struct live_flows {
	struct flow_map map; /* without memory if no tool has prepared it */
	int room;	     /* fd of the map in which the program works */
	size_t room_size;    /* for all processors */
	char *rooms;
	/* what the last packet was */
	bool has_packet;
	enum tg_flow_fact fact;
	bool has_flow;
	struct flow_found flow;
};

/*
 * The fds are the twin's: of its table, and of its room. Returns 0 or a
 * negative errno; live_flows_close() is needed either way.
 */
int live_flows_open(struct live_flows *flows, int table, int room);
void live_flows_close(struct live_flows *flows);

/* Before and after a packet runs. Return 0 or a negative errno. */
int live_flows_begin(struct live_flows *flows);
int live_flows_end(struct live_flows *flows);

/* Clauses that start with "; ". */
void live_flows_print(FILE *out, const struct live_flows *flows);

/*
 * The members "flow", "assumed" and "known". The packet has what it was to the
 * flows; `is_said`: by its description.
 */
json_t *live_flows_to_json(const struct live_flows *flows,
			   const struct policy_packet *packet, bool is_said);

#endif
