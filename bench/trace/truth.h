/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the reference matcher says, sooner: it is asked about those rules alone
 * whose addresses may fit, one after the other. The rules are put into buckets
 * of source and destination addresses; each bucket is a set of rules, and a
 * packet is judged by the rules that are in both of its buckets.
 */
#ifndef TG_BENCH_TRUTH_H
#define TG_BENCH_TRUTH_H

#include "policy/match/match.h"

struct truth;

/* NULL when memory runs out. */
struct truth *truth_new(const struct policy *policy);
void truth_free(struct truth *truth);

/* The same as policy_match(). */
struct policy_verdict truth_match(const struct truth *truth,
				  const struct policy_packet *packet);

#endif
