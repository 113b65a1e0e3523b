/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way of one packet through the chain, as the counters of the twins tell:
 * a verdict that is the last is counted always, so whoever counted one decided,
 * and everybody before him was met.
 */
#ifndef TG_WAY_H
#define TG_WAY_H

#include "twin.h"

#define WAY_NOTES_MAX 4 /* of one plugin; others would be new to us */

struct way_note {
	int verdict, reason;
};

/* One program that was met. */
struct way_stop {
	const struct twin *twin;
	struct way_note notes[WAY_NOTES_MAX]; /* the last word comes last */
	size_t note_count;		      /* 0: it had nothing to say */
	int rule;			      /* that decided here, or -1 */
};

struct way {
	struct way_stop stops[TWIN_CHAIN_MAX];
	size_t count;
	const struct way_stop *decided; /* NULL: nobody has counted it */
};

/* Sets the counters back to 0. */
void way_read(struct way *way, struct twins *twins);

const struct way_note *way_last_note(const struct way_stop *stop);

/* NULL if not found. */
const struct rule_line *way_rule_line(const struct way_stop *stop);

#endif
