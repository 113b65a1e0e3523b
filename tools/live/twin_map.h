/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The maps of a twin: constants and read-only maps are shared with the running
 * program, counters are new and start at 0, other state is copied. Sets,
 * flows and limits are looked up where they are, by a policy that has been told
 * to change none. Maps
 * through which a twin could change something outside are refused.
 */
#ifndef TG_TWIN_MAP_H
#define TG_TWIN_MAP_H

#include "twin.h"

/*
 * Call the first between opening and loading the object, the second after
 * loading.
 */
int twin_maps_choose(struct twins *twins, struct twin *twin);
int twin_maps_fill(struct twin *twin, bool expand);
void twin_maps_free(struct twin *twin);

#endif
