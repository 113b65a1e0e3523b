/* SPDX-License-Identifier: GPL-2.0-only */
/* What tg-top was asked for. */
#ifndef TG_TOP_OPTIONS_H
#define TG_TOP_OPTIONS_H

#include <stdbool.h>

#include "rows.h"

/* What follows the kinds of rows: how full tables are. */
#define TOP_VIEW_TABLES TOP_KINDS
#define TOP_VIEWS (TOP_KINDS + 1)
#define TOP_VIEW_ALL TOP_VIEWS

struct top_options {
	const char *device; /* NULL: all */
	uint64_t interval;  /* in ns */
	uint64_t count;	    /* of samples; 0: without end */
	bool json, lines;
	int view; /* a kind of rows, TOP_VIEW_TABLES or TOP_VIEW_ALL */
	enum top_sort sort;
	const char *filter;   /* may be empty */
	const char *tailgate; /* the command; NULL: there is none */
	bool talkers;
	uint32_t sample; /* one of N packets; 0: by the rate */
};

const char *top_view_name(int view);

/* Returns 0, or the exit status after a message. Prints the help and exits. */
int options_parse(struct top_options *options, int argc, char **argv);

#endif
