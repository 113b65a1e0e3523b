// SPDX-License-Identifier: GPL-2.0-only
#include "screen.h"

#include <errno.h>
#include <langinfo.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "screen_state.h"
#include "wait.h"

/* How long a message stays. */
#define MESSAGE_NS (8 * SECOND_NS)

void screen_say(struct screen *screen, const char *text)
{
	snprintf(screen->message, sizeof(screen->message), "%s", text);
	screen->message_until = top_now() + MESSAGE_NS;
}

static void say_note(struct screen *screen, const struct top_note *note)
{
	char text[sizeof(screen->message)];

	snprintf(text, sizeof(text), "%s: %s", note->device, note->text);
	screen_say(screen, text);
}

static void end_with(struct screen *screen, const char *why)
{
	screen_say(screen, why);
	screen->is_ended = true;
	screen->status = EXIT_FAILURE;
}

void screen_sample(struct screen *screen)
{
	struct top *top = screen->top;
	int err;

	if (screen->is_paused)
		return;
	err = top_sample(top);
	if (err) {
		char text[600];

		snprintf(text, sizeof(text), "%s%s", top->error,
			 err == -ENODEV ? ": top ends" : "");
		end_with(screen, text);
		return;
	}
	for (size_t i = 0; i < top->note_count; i++)
		say_note(screen, &top->notes[i]);
	top->note_count = 0;
}

void screen_select(struct screen *screen)
{
	int count = 0;

	free(screen->shown);
	screen->shown = NULL;
	if (screen->view < TOP_KINDS)
		count = rows_select(&screen->top->rows, screen->view,
				    screen->sort, screen->filter,
				    &screen->shown);
	screen->shown_count = count > 0 ? count : 0;
	for (int i = 0; screen->selected && i < screen->shown_count; i++) {
		if (screen->shown[i]->key == screen->selected) {
			screen->position = i;
			return;
		}
	}
	/* the one in its place */
	if (screen->position >= screen->shown_count)
		screen->position = screen->shown_count - 1;
	if (screen->position < 0)
		screen->position = 0;
}

static void setup_colors(struct screen *screen)
{
	const char *no_color = getenv("NO_COLOR");

	screen->has_colors = !(no_color && *no_color) && has_colors() &&
			     start_color() == OK && use_default_colors() == OK;
	if (!screen->has_colors)
		return;
	init_pair(1, COLOR_RED, -1);
	init_pair(2, COLOR_GREEN, -1);
	init_pair(3, COLOR_YELLOW, -1);
}

static void setup(struct screen *screen)
{
	cbreak();
	noecho();
	nonl(); /* Enter is not Ctrl-J */
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	set_escdelay(50);
	curs_set(0);
	setup_colors(screen);
	screen->is_utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/* The first rates come soon, and with them talkers. */
static void begin(struct screen *screen)
{
	screen_select(screen);
	screen_draw(screen);
	if (wait_until(screen->top->time + SECOND_NS / 5, -1) == WAIT_END) {
		screen->is_ended = true;
		return;
	}
	screen_sample(screen);
	if (!screen->is_ended && screen->options->talkers &&
	    talkers_begin(screen->top->talkers, screen->top))
		screen_say(screen, "cannot run 'tailgate capture'");
}

static void show(struct screen *screen)
{
	uint64_t next = screen->top->time + screen->options->interval;

	for (;;) {
		screen_select(screen);
		/* one is that the size has changed, perhaps during a sample */
		screen_keys(screen);
		if (screen->is_ended)
			break;
		screen_draw(screen);
		switch (wait_until(next, STDIN_FILENO)) {
		case WAIT_TIME:
			screen_sample(screen);
			next += screen->options->interval;
			if (next < top_now()) /* it was stopped */
				next = top_now() + screen->options->interval;
			break;
		case WAIT_END:
			screen->is_ended = true;
			break;
		default: /* keys, or another size */
			break;
		}
	}
}

int screen_run(struct top *top, const struct top_options *options)
{
	struct screen screen = {
		.top = top,
		.options = options,
		.sort = options->sort,
		.view = options->view == TOP_VIEW_ALL ? TOP_HOOK
						      : options->view,
	};
	SCREEN *terminal = newterm(NULL, stdout, stdin);

	if (!terminal)
		return -1;
	snprintf(screen.filter, sizeof(screen.filter), "%s", options->filter);
	setup(&screen);
	begin(&screen);
	show(&screen);
	endwin();
	delscreen(terminal);
	free(screen.shown);
	if (screen.status)
		fprintf(stderr, "tailgate: %s\n", screen.message);
	return screen.status;
}
