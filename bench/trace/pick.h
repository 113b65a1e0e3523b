/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets that are likely to match a rule. */
#ifndef TG_BENCH_PICK_H
#define TG_BENCH_PICK_H

#include "policy/match/match.h"
#include "random.h"

struct picker {
	const struct policy *policy;
	struct random random;
	unsigned int noise;   /* percent of packets that have random fields */
	unsigned int corners; /* percent that lie at the ends of ranges */
	double *weights;      /* of the rules, summed up; NULL: all alike */
};

/* Some rules are met more often: the k-th of them 1/k^skew as often. */
int picker_zipf(struct picker *picker, double skew);

/* A point in a rule that is picked from all, as far as one can be found. */
void pick_packet(struct picker *picker, struct policy_packet *packet);

#endif
