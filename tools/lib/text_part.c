// SPDX-License-Identifier: GPL-2.0-only
#include "text_part.h"

#include <ctype.h>

struct text_part text_part_word(struct text_part *rest)
{
	struct text_part word;

	while (rest->start < rest->end && isspace((unsigned char)*rest->start))
		rest->start++;
	word = (struct text_part){ rest->start, rest->start };
	while (word.end < rest->end && !isspace((unsigned char)*word.end))
		word.end++;
	rest->start = word.end;
	return word;
}

bool text_part_is(struct text_part part, const char *text)
{
	size_t size = part.end - part.start;

	return size == strlen(text) && !memcmp(part.start, text, size);
}

bool text_part_number(struct text_part part, uint32_t max, uint32_t *number)
{
	uint64_t sum = 0;

	if (part.start == part.end ||
	    (*part.start == '0' && part.end - part.start > 1))
		return false;
	for (const char *at = part.start; at < part.end; at++) {
		if (!isdigit((unsigned char)*at))
			return false;
		sum = 10 * sum + (*at - '0');
		if (sum > max)
			return false;
	}
	*number = sum;
	return true;
}
