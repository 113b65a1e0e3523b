/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a packet through the twins of a chain with BPF_PROG_TEST_RUN, as if the
 * device had received it. On ingress and egress the outer VLAN tag is in the
 * skb's metadata, and the mark is set. Used by tg-explain.
 */
#ifndef TG_CHAIN_RUN_H
#define TG_CHAIN_RUN_H

#include "policy/match/match.h"
#include "twin.h"

struct chain_run {
	const struct twins *twins;
	int device; /* ifindex, in the current network namespace */
	int entry;  /* fd of the program that is run */
	uint8_t *frame;
	size_t room;
};

/* Returns 0 or a negative errno. `twins` has to outlive `run`. */
int chain_run_start(struct chain_run *run, const struct twins *twins,
		    int device);
void chain_run_end(struct chain_run *run);

/*
 * Runs one frame, with metadata->missing zero bytes appended; *returned is the
 * chain's return code. Returns NULL, or a message saying why it could not be
 * run.
 */
const char *chain_run(struct chain_run *run, const uint8_t *frame, size_t size,
		      const struct policy_metadata *metadata, int *returned);

#endif
