/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who sends and receives most. Packets are sampled by 'tailgate capture', which
 * runs beside top, one for each device, and ends when top does: chains are
 * watched as long.
 */
#ifndef TG_TOP_TALKERS_H
#define TG_TOP_TALKERS_H

#include "options.h"
#include "sample.h"

struct talker_source;

struct talkers {
	const struct top_options *options;
	struct talker_source **sources;
	size_t count;
	uint32_t sample; /* one of N packets */
	uint64_t taken;	 /* sampled packets, since the sample before */
	bool is_on;
};

/*
 * Begins to gather the talkers of all devices with chains, with one of N
 * packets as the options or the rates say. Returns 0 or a negative errno.
 */
int talkers_begin(struct talkers *talkers, const struct top *top);

/*
 * Within a round of rows: adds those of talkers. What has ended by itself is
 * said as a note.
 */
int talkers_sample(struct talkers *talkers, struct top *top);

/* Waits until chains are as before. */
void talkers_end(struct talkers *talkers);

#endif
