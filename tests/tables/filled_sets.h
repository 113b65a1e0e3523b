/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of sets in a map, filled with values of random packets, for loaded
 * programs; and the same entries as a list, for the reference matcher.
 */
#ifndef TG_FILLED_SETS_H
#define TG_FILLED_SETS_H

#include "../packets/set_bed.h"
#include "policy/match/match.h"

struct filled_sets {
	struct match_sets sets;
	struct set_bed bed;
};

/* Returns false if the map cannot be made; filled_sets_free() if it can. */
bool filled_sets_make(struct filled_sets *filled, struct random *random,
		      const struct policy *policy);
void filled_sets_free(struct filled_sets *filled);

#endif
