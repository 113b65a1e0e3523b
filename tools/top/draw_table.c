// SPDX-License-Identifier: GPL-2.0-only
/* The table in the middle of the screen. */
#include "draw.h"

#include <stdio.h>
#include <string.h>

#include "lib/hook_names.h"
#include "words.h"

/* --- the table of rows */

/* From the hook to the total, and a space. */
#define NUMBERS_COLUMNS 32

struct columns {
	bool has_device;
	int what, spark; /* where they begin */
	int spark_columns;
};

/* More sparkline on wider terminals. */
static struct columns table_columns(const struct screen *screen)
{
	struct columns columns = {
		.has_device = !screen->top->only,
		.spark_columns = COLS < 100   ? 10
				 : COLS < 130 ? 20
				 : COLS < 170 ? 30
					      : 60,
	};

	columns.what = (columns.has_device ? 11 : 0) + NUMBERS_COLUMNS;
	columns.spark = COLS - columns.spark_columns;
	if (columns.spark < columns.what + 10)
		columns.spark = COLS;
	return columns;
}

static void draw_numbers(int y, const struct columns *columns,
			 const char *device, const char *hook,
			 const char *packets, const char *bits,
			 const char *total)
{
	char text[128];

	if (columns->has_device)
		put(y, 0, 10, device);
	snprintf(text, sizeof(text), "%-7s %9s %6s %6s", hook, packets, bits,
		 total);
	put(y, columns->what - NUMBERS_COLUMNS, NUMBERS_COLUMNS, text);
}

static void draw_row_head(const struct screen *screen,
			  const struct columns *columns)
{
	attron(A_BOLD);
	draw_numbers(TABLE_LINE - 1, columns, "DEVICE", "HOOK", "PACKETS/S",
		     "BITS/S", "TOTAL");
	put(TABLE_LINE - 1, columns->what, COLS, top_kind_title(screen->view));
	if (columns->spark < COLS)
		put_right(TABLE_LINE - 1, COLS, "1 MINUTE");
	attroff(A_BOLD);
}

static bool is_drop(const struct top_row *row)
{
	if (row->kind == TOP_HOOK)
		return !strcmp(row->name, "dropped");
	return (row->kind == TOP_PLUGIN || row->kind == TOP_REASON) &&
	       (row->verdict == TG_VERDICT_DROP ||
		row->verdict == TG_VERDICT_REJECT);
}

static void draw_row(const struct screen *screen, int y,
		     const struct columns *columns, const struct top_row *row,
		     bool is_selected)
{
	attr_t attribute = is_selected ? A_REVERSE : A_NORMAL;
	char packets[NUMBER_TEXT_SIZE], bits[NUMBER_TEXT_SIZE];
	char total[NUMBER_TEXT_SIZE], text[1200];
	float rates[HISTORY_SECONDS];

	if (is_drop(row) && row->delta.packets)
		attribute |= color(screen, RED);
	number_print(packets, row->packet_rate);
	number_print(bits, row->bit_rate);
	number_print(total, row->total.packets);
	attron(attribute);
	if (is_selected)
		mvhline(y, 0, ' ', COLS);
	draw_numbers(y, columns, row->device, hook_name(row->hook), packets,
		     bits, total);
	row_words(row, true, text, sizeof(text));
	put(y, columns->what, columns->spark - columns->what - 1, text);
	if (columns->spark < COLS) {
		history_rates(&row->history, screen->top->time,
			      columns->spark_columns, rates);
		spark_print(text, rates, columns->spark_columns,
			    screen->is_utf8);
		put(y, columns->spark, columns->spark_columns, text);
	}
	attroff(attribute);
}

static void draw_empty(const struct screen *screen)
{
	const char *text = "no packets yet";

	if (screen->view == TOP_TALKER && !screen->top->talkers->is_on)
		text = "t samples packets, to show who sends and receives most";
	else if (*screen->filter)
		text = "no row has this text";
	else if (screen->view == TOP_RULE)
		text = "no policy is in force";
	else if (screen->view == TOP_HOOK)
		text = "nothing is attached";
	put(TABLE_LINE, 0, COLS, text);
}

void draw_rows(struct screen *screen)
{
	struct columns columns = table_columns(screen);
	int rows = screen_rows();

	draw_row_head(screen, &columns);
	if (!screen->shown_count)
		draw_empty(screen);
	if (screen->position < screen->first)
		screen->first = screen->position;
	if (screen->position >= screen->first + rows)
		screen->first = screen->position - rows + 1;
	if (screen->first + rows > screen->shown_count)
		screen->first = screen->shown_count > rows
					? screen->shown_count - rows
					: 0;
	for (int i = 0; i < rows && screen->first + i < screen->shown_count;
	     i++)
		draw_row(screen, TABLE_LINE + i, &columns,
			 screen->shown[screen->first + i],
			 screen->first + i == screen->position);
}

/* --- how full tables are */

#define BAR_COLUMN 56
#define BAR_COLUMNS 16

static void draw_fill(const struct screen *screen, int y,
		      const struct top_fill *fill)
{
	char used[NUMBER_TEXT_SIZE], room[NUMBER_TEXT_SIZE], name[64];
	char refused[NUMBER_TEXT_SIZE], text[160];
	int percent = fill_percent(fill);
	attr_t attribute = percent >= 90 ? RED : percent >= 75 ? YELLOW : GREEN;
	int bar = (percent * BAR_COLUMNS + 99) / 100;

	fill_name(fill, name, sizeof(name));
	number_print(used, fill->used);
	number_print(room, fill->room);
	number_print(refused, fill->refused);
	snprintf(text, sizeof(text), "%-10.10s %-20.20s %7s %7s %4d %%",
		 fill->device, name, used, room, percent);
	put(y, 0, COLS, text);
	attron(color(screen, attribute));
	mvhline(y, BAR_COLUMN, screen->is_utf8 ? ACS_CKBOARD : '#', bar);
	attroff(color(screen, attribute));
	put(y, BAR_COLUMN + bar, BAR_COLUMNS - bar, "................");
	put_right(y, 80, refused);
}

void draw_tables(const struct screen *screen)
{
	const struct top_fills *fills = &screen->top->fills;

	attron(A_BOLD);
	put(TABLE_LINE - 1, 0, COLS,
	    "DEVICE     TABLE                   USED    ROOM   FULL");
	put_right(TABLE_LINE - 1, 80, "REFUSED");
	attroff(A_BOLD);
	if (!fills->count)
		put(TABLE_LINE, 0, COLS, "no flows, limits or sets");
	for (size_t i = 0; i < fills->count && (int)i < screen_rows(); i++)
		draw_fill(screen, TABLE_LINE + i, &fills->list[i]);
}
