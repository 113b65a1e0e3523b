// SPDX-License-Identifier: GPL-2.0-only
#include "history.h"

#include <string.h>

static float *history_bucket(struct history *history, uint64_t second)
{
	return &history->packets[second % HISTORY_SECONDS];
}

/* Makes room for this second, and forgets those a minute before. */
static void history_advance(struct history *history, uint64_t second)
{
	if (second <= history->newest)
		return;
	if (second - history->newest >= HISTORY_SECONDS)
		memset(history->packets, 0, sizeof(history->packets));
	else
		while (history->newest < second)
			*history_bucket(history, ++history->newest) = 0;
	history->newest = second;
}

static float history_at(const struct history *history, uint64_t second)
{
	if (second > history->newest ||
	    history->newest - second >= HISTORY_SECONDS)
		return 0;
	return history->packets[second % HISTORY_SECONDS];
}

void history_add(struct history *history, uint64_t from, uint64_t to,
		 uint64_t packets)
{
	double for_each_ns;
	uint64_t at = from;

	if (to <= from)
		return;
	for_each_ns = (double)packets / (to - from);
	if (to - from > HISTORY_SECONDS * SECOND_NS)
		at = to - HISTORY_SECONDS * SECOND_NS;
	while (at < to) {
		uint64_t second = at / SECOND_NS;
		uint64_t end = (second + 1) * SECOND_NS;

		if (end > to)
			end = to;
		history_advance(history, second);
		if (history->newest - second < HISTORY_SECONDS)
			*history_bucket(history, second) +=
				for_each_ns * (end - at);
		at = end;
	}
}

void history_rates(const struct history *history, uint64_t now, int columns,
		   float *rates)
{
	int wide = HISTORY_SECONDS / columns;
	uint64_t end = now / SECOND_NS;

	for (int i = 0; i < columns; i++) {
		rates[i] = 0;
		for (int j = 0; j < wide; j++) {
			uint64_t ago = HISTORY_SECONDS - (i * wide + j);

			if (ago <= end)
				rates[i] += history_at(history, end - ago);
		}
		rates[i] /= wide;
	}
}

void history_merge(struct history *history, const struct history *others)
{
	history_advance(history, others->newest);
	for (uint64_t ago = 0; ago < HISTORY_SECONDS && ago <= others->newest;
	     ago++) {
		uint64_t second = others->newest - ago;

		if (history->newest - second < HISTORY_SECONDS)
			*history_bucket(history, second) +=
				history_at(others, second);
	}
}
