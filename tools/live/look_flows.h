/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of flows of an attachment, for status. Used by look_rules.c. */
#ifndef TG_LOOK_FLOWS_H
#define TG_LOOK_FLOWS_H

#include "look.h"

/* Returns 0, or a negative errno with the message in look_error(). */
int look_flows_read(struct look *look);

#endif
