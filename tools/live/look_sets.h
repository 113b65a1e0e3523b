/* SPDX-License-Identifier: GPL-2.0-only */
/* The sets of an attachment and how full they are. Used by tg-look. */
#ifndef TG_LOOK_SETS_H
#define TG_LOOK_SETS_H

#include "look.h"

/* Fills look->sets; an attachment may have none. Adds to look->map_bytes. */
int look_sets_read(struct look *look);

#endif
