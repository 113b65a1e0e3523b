/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The path of one packet through a chain, from the counters of the twins. Used
 * by tg-explain. A final verdict is always counted, so the first program that
 * counted one decided, and all programs before it ran.
 */
#ifndef TG_CHAIN_TRACE_H
#define TG_CHAIN_TRACE_H

#include "twin.h"

#define TRACE_NOTES_MAX 4 /* per program */

struct trace_note {
	int verdict, reason;
};

/* One program that ran. */
struct trace_hop {
	const struct twin *twin;
	struct trace_note notes[TRACE_NOTES_MAX]; /* final verdict last */
	size_t note_count;			  /* 0: it counted nothing */
	int rule;				  /* that matched here, or -1 */
	bool is_over;				  /* its limit */
	bool logs;				  /* the rule */
};

struct chain_trace {
	struct trace_hop hops[TWIN_CHAIN_MAX];
	size_t count;
	const struct trace_hop *decided; /* NULL: no final verdict */
};

/* Reads the counters and sets them back to 0. */
void chain_trace_read(struct chain_trace *trace, struct twins *twins);

const struct trace_note *trace_last_note(const struct trace_hop *hop);

/* NULL if not found. */
const struct rule_line *trace_rule_line(const struct trace_hop *hop);

#endif
