/* SPDX-License-Identifier: GPL-2.0-only */
/* Picks packets that are likely to match a rule. Used by the trace. */
#ifndef TG_BENCH_PICK_H
#define TG_BENCH_PICK_H

#include "policy/match/match.h"
#include "random.h"

struct picker {
	const struct policy *policy;
	struct random random;
	unsigned int noise;   /* percent of packets with random fields */
	unsigned int corners; /* percent at the ends of ranges */
	double *weights;      /* cumulative, by rule; NULL: uniform */
};

/* Zipf weights: the k-th rule is picked with weight 1/k^skew. */
int picker_zipf(struct picker *picker, double skew);

/* Picks a rule, and a packet that matches its conditions if possible. */
void pick_packet(struct picker *picker, struct policy_packet *packet);

#endif
