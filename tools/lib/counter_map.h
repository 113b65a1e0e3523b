/* SPDX-License-Identifier: GPL-2.0-only */
/* The map in which a plugin counts its verdicts, per hook, verdict and reason.
 */
#ifndef TG_COUNTER_MAP_H
#define TG_COUNTER_MAP_H

#include "counters.h"

/*
 * The sums over all CPUs, TG_COUNTERS of them. 0 or a negative errno; -EPROTO
 * where the map is not laid out as in this version.
 */
int counter_map_read(int fd, struct tg_counter *sums);

#endif
