/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of verdicts.table, from the lists in maps/ where there are some. */
#ifndef TG_WORDS_H
#define TG_WORDS_H

#include <stdbool.h>

#include "judge.h"

/* false where the text is none of them */
bool verdict_of(const char *text, enum tg_verdict *verdict);
bool reason_of(const char *text, enum tg_reason *reason);

/*
 * Hooks with commas between them. xdp is both builds, frags the one for
 * multi-buffer devices alone; tc is ingress and egress; all is all.
 */
bool places_of(const char *text, bool places[JUDGE_PLACES]);

/* "?" where a number has no word */
const char *hook_word(unsigned int hook);
const char *verdict_word(unsigned int verdict);
const char *reason_word(unsigned int reason);

#endif
