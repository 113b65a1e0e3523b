/* SPDX-License-Identifier: GPL-2.0-only */
/* Draws random values that fulfil conditions. Used by pick.c. */
#ifndef TG_BENCH_DRAW_H
#define TG_BENCH_DRAW_H

#include "policy/match/match.h"
#include "random.h"

#define CONDITIONS_MAX 64

/* The conditions of a rule, and those of the jumps to it. */
struct demands {
	const struct policy_condition *list[CONDITIONS_MAX];
	size_t count;
};

bool demands_speak_of(const struct demands *demands, enum policy_field field);
bool demands_allow(const struct demands *demands, enum policy_field field,
		   struct policy_value value);

/* A value that fulfils one of the conditions; others are not checked. */
struct policy_value draw_proposal(struct random *random,
				  const struct demands *demands,
				  enum policy_field field, bool corner);

void packet_put(struct policy_packet *packet, enum policy_field field,
		struct policy_value value);
void packet_put_number(struct policy_packet *packet, enum policy_field field,
		       uint64_t value);

/*
 * A value that fulfils all conditions, if a few tries find one; with `corner`,
 * preferably at the end of a range.
 */
void draw_field(struct random *random, const struct demands *demands,
		struct policy_packet *packet, enum policy_field field,
		bool corner);
void draw_if_demanded(struct random *random, const struct demands *demands,
		      struct policy_packet *packet, enum policy_field field,
		      bool corner);

#endif
