// SPDX-License-Identifier: GPL-2.0-only
/*
 * The screen, from its top: a title, two sparklines of the last minute, the
 * names of the views, a table, a message, and the keys.
 */
#define NCURSES_WIDECHAR 1
#include "draw.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#include "words.h"

#define FOOT_LINES 2
#define LINE_MAX_CHARACTERS 1024

int screen_rows(void)
{
	int rows = LINES - TABLE_LINE - FOOT_LINES;

	return rows > 0 ? rows : 0;
}

/* --- text */

int put(int y, int x, int width, const char *text)
{
	wchar_t line[LINE_MAX_CHARACTERS];
	mbstate_t state = { 0 };
	int columns = 0, size = 0;

	if (width > COLS - x)
		width = COLS - x;
	while (*text && size < LINE_MAX_CHARACTERS - 1) {
		wchar_t wide;
		size_t bytes = mbrtowc(&wide, text, strlen(text), &state);
		int wide_columns;

		if (bytes == 0 || bytes > strlen(text)) {
			state = (mbstate_t){ 0 };
			bytes = 1;
			wide = L'?';
		}
		wide_columns = iswprint(wide) ? wcwidth(wide) : -1;
		if (wide_columns < 0) {
			wide = L'?';
			wide_columns = 1;
		}
		if (columns + wide_columns > width)
			break;
		line[size++] = wide;
		columns += wide_columns;
		text += bytes;
	}
	mvaddnwstr(y, x, line, size);
	return columns;
}

void put_right(int y, int end, const char *text)
{
	int size = strlen(text);

	put(y, end > size ? end - size : 0, size, text);
}

attr_t color(const struct screen *screen, attr_t attribute)
{
	return screen->has_colors ? attribute : 0;
}

/* --- above the table */

static void draw_title(const struct screen *screen)
{
	const struct top *top = screen->top;
	char title[100], right[100], clock[16], sampling[40] = "";
	time_t now = time(NULL);
	struct tm local;

	localtime_r(&now, &local);
	strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	if (top->talkers->is_on)
		snprintf(sampling, sizeof(sampling),
			 "talkers of 1/%" PRIu32 "  ", top->talkers->sample);
	snprintf(title, sizeof(title), " tailgate top  %s",
		 top->only ? top->only : "all devices");
	snprintf(right, sizeof(right), "%s%severy %g s  %s ", sampling,
		 screen->is_paused ? "PAUSED  " : "",
		 screen->options->interval / (double)SECOND_NS, clock);
	attron(A_REVERSE);
	mvhline(0, 0, ' ', COLS);
	put(0, 0, COLS, title);
	if (strlen(title) + strlen(right) < (size_t)COLS)
		put_right(0, COLS, right);
	attroff(A_REVERSE);
}

/* The sum of all hooks. */
static void draw_sum(const struct screen *screen, int y, const char *result,
		     attr_t attribute)
{
	const struct top_rows *rows = &screen->top->rows;
	struct history history = { 0 };
	float rates[HISTORY_SECONDS];
	char number[NUMBER_TEXT_SIZE], text[HISTORY_SECONDS * 3 + 64];
	double rate = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct top_row *row = &rows->list[i];

		if (row->kind != TOP_HOOK || strcmp(row->name, result))
			continue;
		rate += row->packet_rate;
		history_merge(&history, &row->history);
	}
	number_print(number, rate);
	snprintf(text, sizeof(text), "%-8s%7s/s", result, number);
	put(y, 0, COLS, text);
	history_rates(&history, screen->top->time, HISTORY_SECONDS, rates);
	spark_print(text, rates, HISTORY_SECONDS, screen->is_utf8);
	attron(attribute);
	put(y, 18, COLS - 18, text);
	attroff(attribute);
}

static void draw_views(const struct screen *screen)
{
	char text[64];
	int x = 0;

	for (int view = 0; view < TOP_VIEWS; view++) {
		snprintf(text, sizeof(text), "%d %s", view + 1,
			 top_view_name(view));
		attron(view == screen->view ? A_REVERSE : A_NORMAL);
		x += put(3, x, COLS - x, text) + 2;
		attroff(A_REVERSE);
	}
	snprintf(text, sizeof(text), "by %s", top_sort_name(screen->sort));
	if (x + (int)strlen(text) <= COLS)
		put_right(3, COLS, text);
}

/* --- below the table */

static void draw_foot(const struct screen *screen)
{
	char text[1400];
	int y = LINES - FOOT_LINES;

	if (screen->is_typing ||
	    (*screen->filter && top_now() >= screen->message_until)) {
		snprintf(text, sizeof(text), "filter: %s%s", screen->filter,
			 screen->is_typing ? "_" : "");
		put(y, 0, COLS, text);
	} else if (top_now() < screen->message_until) {
		attron(A_BOLD);
		put(y, 0, COLS, screen->message);
		attroff(A_BOLD);
	} else if (screen->shown_count) {
		/* all of what the table may have cut off */
		row_words(screen->shown[screen->position], false, text,
			  sizeof(text));
		put(y, 0, COLS, text);
	}
	put(y + 1, 0, COLS,
	    screen->is_typing
		    ? "Enter done  Esc no filter"
		    : "q quit  Tab view  s sort  / filter  Space pause  "
		      "Enter packets  t talkers");
}

void screen_draw(struct screen *screen)
{
	erase();
	draw_title(screen);
	draw_sum(screen, 1, "passed", color(screen, GREEN));
	draw_sum(screen, 2, "dropped", color(screen, RED));
	draw_views(screen);
	if (screen->view == TOP_VIEW_TABLES)
		draw_tables(screen);
	else
		draw_rows(screen);
	draw_foot(screen);
	refresh();
}
