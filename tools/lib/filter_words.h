/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of a filter: which flows or keys a command is about. A condition is
 * a name and a value, given once at most, or one word; all of them have to
 * apply.
 */
#ifndef TG_FILTER_WORDS_H
#define TG_FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter_pair {
	const char *name;
	bool (*read)(void *filter, const char *value);
};

struct filter_words {
	const struct filter_pair *pairs;
	size_t count;
	bool (*read_word)(void *filter, const char *word);
};

/* False after a message: then it is a usage error. */
bool filter_words_read(const struct filter_words *kind, void *filter,
		       char *const *words, int count);

/* --- for the functions that read a condition */

/* Prints "TOOL: WHAT: 'WORD'", and returns false. */
bool filter_fail(const char *what, const char *word);

/* `what` is the message if it is no number up to max. */
bool filter_number(const char *word, uint32_t max, const char *what, bool *has,
		   uint32_t *number);

#endif
