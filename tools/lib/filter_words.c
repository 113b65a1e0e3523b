// SPDX-License-Identifier: GPL-2.0-only
#include "filter_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "text_part.h"

bool filter_fail(const char *what, const char *word)
{
	fprintf(stderr, "%s: %s: '%s'\n", program_invocation_short_name, what,
		word);
	return false;
}

bool filter_number(const char *word, uint32_t max, const char *what, bool *has,
		   uint32_t *number)
{
	*has = true;
	return text_part_number(text_part_all(word), max, number) ||
	       filter_fail(what, word);
}

static const struct filter_pair *find_pair(const struct filter_words *kind,
					   const char *name)
{
	for (size_t i = 0; i < kind->count; i++)
		if (!strcmp(kind->pairs[i].name, name))
			return &kind->pairs[i];
	return NULL;
}

static bool read_pair(const struct filter_pair *pair, void *filter,
		      const char *value, bool is_again)
{
	if (!is_again)
		return pair->read(filter, value);
	fprintf(stderr, "%s: '%s' is given twice, the second time: '%s'\n",
		program_invocation_short_name, pair->name, value);
	return false;
}

bool filter_words_read(const struct filter_words *kind, void *filter,
		       char *const *words, int count)
{
	uint64_t given = 0; /* bits of pairs */

	for (int i = 0; i < count; i++) {
		const struct filter_pair *pair = find_pair(kind, words[i]);
		uint64_t bit = pair ? 1ULL << (pair - kind->pairs) : 0;
		bool is_right;

		if (pair && i + 1 == count)
			return filter_fail("needs a value behind it", words[i]);
		if (pair)
			is_right = read_pair(pair, filter, words[++i],
					     given & bit);
		else
			is_right = kind->read_word(filter, words[i]);
		if (!is_right)
			return false;
		given |= bit;
	}
	return true;
}
