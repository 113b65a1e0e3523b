/* SPDX-License-Identifier: GPL-2.0-only */
/* What the screen shows now: for screen.c, draw.c and keys.c. */
#ifndef TG_TOP_SCREEN_STATE_H
#define TG_TOP_SCREEN_STATE_H

#include "options.h"
#include "talkers.h"

#define FILTER_SIZE 64

struct screen {
	struct top *top;
	const struct top_options *options;
	bool has_colors, is_utf8;

	int view;
	enum top_sort sort;
	char filter[FILTER_SIZE];
	bool is_typing; /* the filter */
	bool is_paused, is_ended;
	int status;

	/* the rows of the view, and the selected one */
	const struct top_row **shown;
	int shown_count;
	uint64_t selected; /* its key; 0: the first */
	int position, first;

	char message[300];
	uint64_t message_until;
};

/* The lines of the table. */
int screen_rows(void);

void screen_say(struct screen *screen, const char *text);

/* Finds the rows of the view, and the selected one among them. */
void screen_select(struct screen *screen);
void screen_draw(struct screen *screen);

/* Reads the counters again, unless it is paused. */
void screen_sample(struct screen *screen);

/* All keys that were typed. */
void screen_keys(struct screen *screen);

/* Shows the packets of the selected row, in place of the screen. */
void screen_open_packets(struct screen *screen);

#endif
