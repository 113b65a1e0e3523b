/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of verdicts and reasons, from the lists in maps/verdicts.h. */
#ifndef TG_VERDICT_NAMES_H
#define TG_VERDICT_NAMES_H

#include "verdicts.h"

/* The name, or "?" for an unknown number. */
const char *verdict_name(int verdict);
const char *reason_name(int reason);
/* A description; NULL for reasons that need none or belong to a plugin. */
const char *reason_meaning(int reason);

#endif
