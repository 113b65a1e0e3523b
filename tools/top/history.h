/* SPDX-License-Identifier: GPL-2.0-only */
/* How many packets there were in each second of the last minute. */
#ifndef TG_TOP_HISTORY_H
#define TG_TOP_HISTORY_H

#include <stdint.h>

#define HISTORY_SECONDS 60
#define SECOND_NS UINT64_C(1000000000)

/* A zeroed struct is empty. Times are nanoseconds of any clock. */
struct history {
	uint64_t newest; /* second */
	float packets[HISTORY_SECONDS];
};

/* Packets that were counted from one time to another, evenly spread. */
void history_add(struct history *history, uint64_t from, uint64_t to,
		 uint64_t packets);

/*
 * Packets a second in the 60 seconds that are complete `now`, oldest first: the
 * mean of each of `columns` parts. Columns are a divisor of 60.
 */
void history_rates(const struct history *history, uint64_t now, int columns,
		   float *rates);

/* Adds what others have counted. */
void history_merge(struct history *history, const struct history *others);

#endif
