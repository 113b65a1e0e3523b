/* SPDX-License-Identifier: GPL-2.0-only */
/* Verdicts, reasons and what hooks return, in words. */
#ifndef TG_VERDICT_NAMES_H
#define TG_VERDICT_NAMES_H

#include "hooks.h"
#include "verdicts.h"

const char *verdict_name(int verdict);
const char *reason_name(int reason);
/* NULL where the name says it all, or nobody but its plugin knows. */
const char *reason_meaning(int reason);
/* What it does to the packet; -1: none of ours would return that. */
int returned_verdict(enum tg_hook hook, int returned);

#endif
