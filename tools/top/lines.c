// SPDX-License-Identifier: GPL-2.0-only
#include "lines.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/hook_names.h"
#include "policy/explain/questions.h"
#include "words.h"

/* The busiest of each kind. */
#define ROWS_MAX 10

/* Hooks have lines without packets, too. */
static bool line_is_wanted(const struct top_row *row)
{
	return row->kind == TOP_HOOK || row->delta.packets;
}

void lines_print_head(void)
{
	printf("%-8s %-7s %-10s %-8s %11s %13s %14s  %s\n", "TIME", "KIND",
	       "DEVICE", "HOOK", "PACKETS/S", "BITS/S", "TOTAL", "WHAT");
}

/* A device may have been renamed to what a terminal interprets. */
static void print_place(const char *device, const char *hook)
{
	int size = (int)strlen(device);

	print_for_terminal(stdout, device, size);
	printf("%*s %-8s ", size < 10 ? 10 - size : 0, "", hook);
}

static void print_row(const struct top_row *row, const char *clock)
{
	static const char *const kinds[TOP_KINDS] = {
		[TOP_HOOK] = "hook",	 [TOP_PLUGIN] = "plugin",
		[TOP_RULE] = "rule",	 [TOP_REASON] = "reason",
		[TOP_TALKER] = "talker",
	};
	char words[1200];

	row_words(row, false, words, sizeof(words));
	printf("%-8s %-7s ", clock, kinds[row->kind]);
	print_place(row->device, hook_name(row->hook));
	printf("%11.0f %13.0f %14llu  ", row->packet_rate, row->bit_rate,
	       row->total.packets);
	print_for_terminal(stdout, words, strlen(words));
	putchar('\n');
}

static int print_rows(const struct top *top, const struct top_options *options,
		      enum top_kind kind, const char *clock)
{
	const struct top_row **rows;
	int printed = 0, count = rows_select(&top->rows, kind, options->sort,
					     options->filter, &rows);

	if (count < 0)
		return count;
	for (int i = 0; i < count && printed < ROWS_MAX; i++) {
		if (!line_is_wanted(rows[i]))
			continue;
		print_row(rows[i], clock);
		printed += kind != TOP_HOOK;
	}
	free(rows);
	return 0;
}

static void print_fill(const struct top_fill *fill, const char *clock)
{
	char name[64];

	fill_name(fill, name, sizeof(name));
	printf("%-8s %-7s ", clock, "table");
	print_place(fill->device, "-");
	printf("%11s %13s %14" PRIu64 "  %s: of %" PRIu64 ", %d %%, %" PRIu64
	       " refused\n",
	       "-", "-", fill->used, name, fill->room, fill_percent(fill),
	       fill->refused);
}

static void print_note(const struct top_note *note, const char *clock)
{
	printf("%-8s %-7s ", clock, "note");
	print_place(note->device, "-");
	printf("%11s %13s %14s  ", "-", "-", "-");
	print_for_terminal(stdout, note->text, strlen(note->text));
	putchar('\n');
}

int lines_print(const struct top *top, const struct top_options *options)
{
	time_t now = time(NULL);
	char clock[16];
	struct tm local;
	int err = 0;

	localtime_r(&now, &local);
	strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	for (size_t i = 0; i < top->note_count; i++)
		print_note(&top->notes[i], clock);
	for (int kind = 0; !err && kind < TOP_KINDS; kind++) {
		if (options->view == kind || options->view == TOP_VIEW_ALL)
			err = print_rows(top, options, kind, clock);
	}
	if (options->view != TOP_VIEW_TABLES && options->view != TOP_VIEW_ALL)
		return err;
	for (size_t i = 0; !err && i < top->fills.count; i++)
		print_fill(&top->fills.list[i], clock);
	return err;
}
