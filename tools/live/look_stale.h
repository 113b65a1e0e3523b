/* SPDX-License-Identifier: GPL-2.0-only */
/* Attachments of devices and network namespaces that are gone. */
#ifndef TG_LOOK_STALE_H
#define TG_LOOK_STALE_H

#include "look.h"

/* Why the attachment is stale, in words; empty where it is not. */
int look_stale(const char *key, char why[LOOK_TEXT_SIZE]);

#endif
