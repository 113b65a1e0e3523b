/* SPDX-License-Identifier: GPL-2.0-only */
/* "did you mean ...?": find the word that is closest to a misspelt one. */
#ifndef TG_POLICY_SUGGEST_H
#define TG_POLICY_SUGGEST_H

#include <stddef.h>

struct suggestion {
	const char *word; /* what was written */
	size_t length;
	const char *best; /* or NULL: nothing is close */
	size_t best_length;
	size_t distance;
};

struct suggestion suggest_for(const char *word, size_t length);
void suggest(struct suggestion *suggestion, const char *candidate,
	     size_t length);

#endif
