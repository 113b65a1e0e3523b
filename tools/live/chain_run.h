/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a packet through the twins of a chain, as if it had come to the device:
 * on ingress and egress with its outer tag beside it and not in it, and with a
 * mark.
 */
#ifndef TG_CHAIN_RUN_H
#define TG_CHAIN_RUN_H

#include "policy/match/match.h"
#include "twin.h"

struct chain_run {
	const struct twins *twins;
	int device; /* its index, in the namespace that we are in */
	int entry;  /* the program that is run */
	uint8_t *frame;
	size_t room;
};

/* 0 or a negative errno. */
int chain_run_start(struct chain_run *run, const struct twins *twins,
		    int device);
void chain_run_end(struct chain_run *run);

/*
 * What the chain returned. The frame is as long as in the description or the
 * capture; what is missing is zeros. NULL, or why it could not be run.
 */
const char *chain_run(struct chain_run *run, const uint8_t *frame, size_t size,
		      const struct policy_metadata *metadata, int *returned);

#endif
