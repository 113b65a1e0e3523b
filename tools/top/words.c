// SPDX-License-Identifier: GPL-2.0-only
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/verdict_names.h"

void number_print(char text[NUMBER_TEXT_SIZE], double value)
{
	static const char units[] = " kMGTPE";
	size_t unit = 0;
	int digits;

	while (value >= 999.5 && units[unit + 1]) {
		value /= 1000;
		unit++;
	}
	if (!unit) {
		digits = value > 0 && value < 9.95 && value != (int)value;
		snprintf(text, NUMBER_TEXT_SIZE, "%.*f", digits, value);
		return;
	}
	digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
	snprintf(text, NUMBER_TEXT_SIZE, "%.*f%c", digits, value, units[unit]);
}

/* The text of what is over a limit is "else ACTION". */
static const char *over_action(const char *text)
{
	const char *space = strchr(text, ' ');

	return space ? space + 1 : text;
}

static void rule_words(const struct top_row *row, bool is_short, char *text,
		       size_t size)
{
	const char *place = row->place ? row->place : "";
	const char *slash = strrchr(place, '/');
	char number[12] = "-";

	if (is_short && slash)
		place = slash + 1;
	if (row->rule)
		snprintf(number, sizeof(number), "%" PRIu32, row->rule);
	snprintf(text, size, "%*s %s%s%s%s", is_short ? 3 : 0, number, place,
		 *place ? ": " : "", row->is_over ? "over: " : "",
		 row->is_over ? over_action(row->name) : row->name);
}

void row_words(const struct top_row *row, bool is_short, char *text,
	       size_t size)
{
	static const char *const ends[TOP_ENDS] = {
		[TOP_FROM] = "from",
		[TOP_TO] = "to",
		[TOP_PORT] = "to port",
	};

	switch (row->kind) {
	case TOP_PLUGIN:
		snprintf(text, size, "%s %s", row->name,
			 verdict_name(row->verdict));
		break;
	case TOP_REASON:
		snprintf(text, size, "%s %s", verdict_name(row->verdict),
			 row->name);
		break;
	case TOP_RULE:
		rule_words(row, is_short, text, size);
		break;
	case TOP_TALKER:
		snprintf(text, size, "%s %s", ends[row->end], row->name);
		break;
	default:
		snprintf(text, size, "%s", row->name);
	}
}

void spark_print(char *text, const float *rates, int columns, bool utf8)
{
	static const char *const bars[] = { " ", "▁", "▂", "▃", "▄",
					    "▅", "▆", "▇", "█" };
	static const char ascii[] = " ..::-=+#";
	float most = 0;

	for (int i = 0; i < columns; i++) {
		if (rates[i] > most)
			most = rates[i];
	}
	for (int i = 0; i < columns; i++) {
		/* the smallest bar is for all that is not 0 */
		int level = most > 0 && rates[i] > 0
				    ? 1 + (int)(rates[i] / most * 7.5F)
				    : 0;

		if (level > 8)
			level = 8;
		if (utf8)
			text = stpcpy(text, bars[level]);
		else
			*text++ = ascii[level];
	}
	*text = '\0';
}
