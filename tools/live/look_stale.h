/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds attachments whose device or network namespace no longer exists. Used by
 * `tailgate gc`.
 */
#ifndef TG_LOOK_STALE_H
#define TG_LOOK_STALE_H

#include "look.h"

/* Writes why the attachment is stale, or an empty string if it is not. */
int look_stale(const char *key, char why[LOOK_TEXT_SIZE]);

#endif
