/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads what a network card does to packets before a program sees them, and
 * its queues, as ethtool does. Used by look.c.
 */
#ifndef TG_LOOK_OFFLOADS_H
#define TG_LOOK_OFFLOADS_H

#include "look.h"

/*
 * Sets look->offloads and look->queues. A device that has none of them is not
 * an error: few virtual devices do. Returns 0 or a negative errno.
 */
int look_offloads_read(struct look *look);

#endif
