/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The maps of a twin. Constants, and what a program can only read, it shares
 * with the running program; counters are its own, from 0; other state is its
 * own, copied. What would reach out of the twin is refused.
 */
#ifndef TG_TWIN_MAP_H
#define TG_TWIN_MAP_H

#include "twin.h"

/* Between opening the object and loading it, and after that. */
int twin_maps_choose(struct twins *twins, struct twin *twin);
int twin_maps_fill(struct twin *twin, bool expand);
void twin_maps_free(struct twin *twin);

#endif
