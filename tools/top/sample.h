/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the counters of devices again and again, and makes rates of them. Used
 * by tg-top. It only reads: chains may change, and devices come and go
 * meanwhile.
 */
#ifndef TG_TOP_SAMPLE_H
#define TG_TOP_SAMPLE_H

#include "fills.h"
#include "live/look.h"
#include "rows.h"
#include "rules.h"

/* What has happened to a device; who shows the notes sets their count to 0. */
struct top_note {
	char device[IFNAMSIZ];
	char text[200];
};

#define TOP_CHAIN_SIZE 512

struct top_device {
	char name[IFNAMSIZ];
	uint64_t round; /* of rows: when it was seen last */
	bool is_known;	/* there was a sample before */

	/* of the sample before */
	uint64_t pins; /* the inode of the folder of its pins */
	uint64_t time;
	struct look_counters *counters;
	int counter_count;
	bool is_attached[TG_HOOKS], is_broken[TG_HOOKS];
	char chains[TG_HOOKS][TOP_CHAIN_SIZE]; /* names of plugins */

	struct top_rules rules[TG_HOOKS];
	struct top_fill_cache fills;
};

struct talkers;

struct top {
	struct talkers *talkers;
	const char *only; /* the device; NULL: all with chains */
	struct top_device *devices;
	size_t count, room;
	struct top_rows rows;
	struct top_fills fills;
	struct top_note *notes;
	size_t note_count, note_room;
	uint64_t time, before; /* of the samples, CLOCK_MONOTONIC in ns */
	uint64_t read;	       /* when the first device's counters were, or 0 */
	int failures;	       /* one after the other */
	char error[512];
};

uint64_t top_now(void);

/*
 * Returns 0, or a negative errno with the message in ->error: -ENODEV if the
 * device is gone.
 */
int top_sample(struct top *top);
void top_free(struct top *top);

/* Whether a chain is on a hook. */
bool top_has_chains(const struct top *top);

__attribute__((format(printf, 3, 4))) void
top_note(struct top *top, const char *device, const char *format, ...);

/* --- parts */

/* Rows of hooks, plugins and reasons. Returns 0 or -ENOMEM. */
int counters_sample(struct top *top, struct top_device *device,
		    const struct look *look, uint64_t now, bool is_new);

#endif
