// SPDX-License-Identifier: GPL-2.0-only
#include "suggest.h"

#include <string.h>

#define WORD_MAX 32

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * The Damerau-Levenshtein distance (insert, delete, replace, swap with the
 * next), which needs only the last three rows of the matrix.
 */
static size_t edit_distance(const char *a, size_t a_length, const char *b,
			    size_t b_length)
{
	size_t rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *row = rows[i % 3], *above = rows[(i - 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = min(row[j], min(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = min(row[j],
					     rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

struct suggestion suggest_for(const char *word, size_t length)
{
	return (struct suggestion){
		.word = word,
		.length = length,
		/* suggest() looks for less: 1 error, or 2 in a long word */
		.distance = length < 2	 ? 0
			    : length < 6 ? 2
					 : 3,
	};
}

void suggest(struct suggestion *suggestion, const char *candidate,
	     size_t length)
{
	size_t found;

	if (suggestion->length > WORD_MAX || length > WORD_MAX)
		return;
	found = edit_distance(suggestion->word, suggestion->length, candidate,
			      length);
	/* every short word is close to "ab" */
	if (found < suggestion->distance && found < length) {
		suggestion->best = candidate;
		suggestion->best_length = length;
		suggestion->distance = found;
	}
}
