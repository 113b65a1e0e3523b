// SPDX-License-Identifier: GPL-2.0-only
#include "time_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

static const struct {
	char letter;
	uint32_t seconds;
} units[] = {
	{ 'w', 7 * 86400 }, { 'd', 86400 }, { 'h', 3600 },
	{ 'm', 60 },	    { 's', 1 },
};

#define UNITS (sizeof(units) / sizeof(*units))

/* Units follow each other from large to small, each once. */
bool time_text_read(const char *text, size_t size, uint64_t *seconds)
{
	const char *end = text + size;
	uint64_t sum = 0;
	size_t unit = 0;

	if (!size)
		return false;
	while (text < end) {
		uint64_t number = 0;
		const char *start = text;

		while (text < end && isdigit((unsigned char)*text) &&
		       number <= TIME_TEXT_MAX)
			number = 10 * number + (*text++ - '0');
		if (text == start || text == end)
			return false;
		while (unit < UNITS && units[unit].letter != *text)
			unit++;
		if (unit == UNITS)
			return false;
		sum += number * units[unit++].seconds;
		text++;
	}
	*seconds = sum;
	return sum && sum <= TIME_TEXT_MAX;
}

/* The two largest units are enough for a reader. */
void time_text_print(char text[TIME_TEXT_SIZE], uint64_t seconds)
{
	size_t unit = 1, size;

	while (unit < UNITS - 1 && seconds < units[unit].seconds)
		unit++;
	size = snprintf(text, TIME_TEXT_SIZE, "%" PRIu64 "%c",
			seconds / units[unit].seconds, units[unit].letter);
	seconds %= units[unit].seconds;
	if (unit + 1 < UNITS && seconds / units[unit + 1].seconds)
		snprintf(text + size, TIME_TEXT_SIZE - size, "%" PRIu64 "%c",
			 seconds / units[unit + 1].seconds,
			 units[unit + 1].letter);
}
