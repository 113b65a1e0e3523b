/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A faster reference matcher: it calls the real one only for rules whose
 * addresses may match. Rules are sorted into buckets by source and by
 * destination; a packet is checked against the rules that are in both of its
 * buckets.
 */
#ifndef TG_BENCH_TRUTH_H
#define TG_BENCH_TRUTH_H

#include "policy/match/match.h"

struct truth;

/* Returns NULL if out of memory. */
struct truth *truth_new(const struct policy *policy);
void truth_free(struct truth *truth);

/* Returns the same as policy_match(). */
struct policy_verdict truth_match(const struct truth *truth,
				  const struct policy_packet *packet);

#endif
