/* SPDX-License-Identifier: GPL-2.0-only */
/* Random values that conditions allow. */
#ifndef TG_BENCH_DRAW_H
#define TG_BENCH_DRAW_H

#include "policy/match/match.h"
#include "random.h"

#define CONDITIONS_MAX 64

/* All that must hold: a rule's conditions, and those of jumps to it. */
struct demands {
	const struct policy_condition *list[CONDITIONS_MAX];
	size_t count;
};

bool demands_speak_of(const struct demands *demands, enum policy_field field);
bool demands_allow(const struct demands *demands, enum policy_field field,
		   struct policy_value value);

/* A value that one of the conditions wants; the others are not asked. */
struct policy_value draw_proposal(struct random *random,
				  const struct demands *demands,
				  enum policy_field field, bool corner);

void packet_put(struct policy_packet *packet, enum policy_field field,
		struct policy_value value);
void packet_put_number(struct policy_packet *packet, enum policy_field field,
		       uint64_t value);

/*
 * A value that all conditions allow, if a few tries find one; at the end of a
 * range where corner says so, if it can be.
 */
void draw_field(struct random *random, const struct demands *demands,
		struct policy_packet *packet, enum policy_field field,
		bool corner);
void draw_if_demanded(struct random *random, const struct demands *demands,
		      struct policy_packet *packet, enum policy_field field,
		      bool corner);

#endif
