/* SPDX-License-Identifier: GPL-2.0-only */
/* Verdicts and reasons, in words. */
#ifndef TG_VERDICT_NAMES_H
#define TG_VERDICT_NAMES_H

#include "verdicts.h"

/* A number that is none is a question mark. */
const char *verdict_name(int verdict);
const char *reason_name(int reason);
/* NULL where the name says it all, or nobody but its plugin knows. */
const char *reason_meaning(int reason);

#endif
