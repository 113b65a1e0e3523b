/* SPDX-License-Identifier: GPL-2.0-only */
/* Names used in verdicts.table, from the lists in maps/. */
#ifndef TG_WORDS_H
#define TG_WORDS_H

#include <stdbool.h>

#include "judge.h"

/* Return false if the text is not a name. */
bool verdict_of(const char *text, enum tg_verdict *verdict);
bool reason_of(const char *text, enum tg_reason *reason);

/*
 * Parses hooks separated by commas. "xdp" means both builds, "frags" only the
 * multi-buffer build, "tc" ingress and egress, "all" everything.
 */
bool places_of(const char *text, bool places[JUDGE_PLACES]);

/* "?" for an unknown number */
const char *hook_word(unsigned int hook);
const char *verdict_word(unsigned int verdict);
const char *reason_word(unsigned int reason);

#endif
