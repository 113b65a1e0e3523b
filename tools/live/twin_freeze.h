/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The constants by which the policy of a twin is told to leave sets, flows and
 * limits as they are. Used by twin_map.c.
 */
#ifndef TG_TWIN_FREEZE_H
#define TG_TWIN_FREEZE_H

#include "twin.h"

/*
 * `map` is the twin's, not loaded yet, and the fd that of the running program.
 * Return 0 or a negative errno.
 */
int twin_freeze_sets(struct bpf_map *map, int fd);
int twin_freeze_flows(struct twins *twins, struct bpf_map *map, int fd);
int twin_freeze_limits(struct bpf_map *map, int fd);

#endif
