/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the attachment's table of limits. Used by look_rules.c. */
#ifndef TG_LOOK_LIMITS_H
#define TG_LOOK_LIMITS_H

#include "look.h"

/* Returns 0, or a negative errno with the message in look_error(). */
int look_limits_read(struct look *look);

#endif
