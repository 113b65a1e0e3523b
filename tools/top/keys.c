// SPDX-License-Identifier: GPL-2.0-only
#include "screen_state.h"

#include <ctype.h>
#include <ncurses.h>
#include <string.h>
#include <unistd.h>

#define KEY_ESCAPE 27

/* --- the filter */

/* Bytes of UTF-8 come one by one. */
static void shorten_filter(struct screen *screen)
{
	size_t size = strlen(screen->filter);

	while (size && (screen->filter[size - 1] & 0xc0) == 0x80)
		size--;
	screen->filter[size ? size - 1 : 0] = '\0';
}

static void type_filter(struct screen *screen, int key)
{
	size_t size = strlen(screen->filter);

	switch (key) {
	case '\r':
	case '\n':
	case KEY_ENTER:
		screen->is_typing = false;
		break;
	case KEY_ESCAPE:
		screen->is_typing = false;
		*screen->filter = '\0';
		break;
	case KEY_BACKSPACE:
	case '\b':
	case 127:
		shorten_filter(screen);
		break;
	default:
		if (key < ' ' || key > 255 || size + 1 >= FILTER_SIZE)
			break;
		screen->filter[size] = key;
		screen->filter[size + 1] = '\0';
	}
}

/* --- views and rows */

static void show_view(struct screen *screen, int view)
{
	screen->view = (view + TOP_VIEWS) % TOP_VIEWS;
	screen->selected = 0;
	screen->position = screen->first = 0;
}

static void select_row(struct screen *screen, int position)
{
	if (position >= screen->shown_count)
		position = screen->shown_count - 1;
	if (position < 0)
		position = 0;
	screen->position = position;
	screen->selected = position < screen->shown_count
				   ? screen->shown[position]->key
				   : 0;
}

static bool move_key(struct screen *screen, int key)
{
	switch (key) {
	case KEY_UP:
	case 'k':
		select_row(screen, screen->position - 1);
		return true;
	case KEY_DOWN:
	case 'j':
		select_row(screen, screen->position + 1);
		return true;
	case KEY_PPAGE:
		select_row(screen, screen->position - screen_rows());
		return true;
	case KEY_NPAGE:
		select_row(screen, screen->position + screen_rows());
		return true;
	case KEY_HOME:
		select_row(screen, 0);
		return true;
	case KEY_END:
		select_row(screen, screen->shown_count - 1);
		return true;
	}
	return false;
}

static bool view_key(struct screen *screen, int key)
{
	if (key >= '1' && key < '1' + TOP_VIEWS)
		show_view(screen, key - '1');
	else if (key == '\t' || key == KEY_RIGHT)
		show_view(screen, screen->view + 1);
	else if (key == KEY_BTAB || key == KEY_LEFT)
		show_view(screen, screen->view - 1);
	else
		return false;
	return true;
}

/* --- all keys */

static void toggle_talkers(struct screen *screen)
{
	struct talkers *talkers = screen->top->talkers;

	if (!talkers->is_on && !screen->options->tailgate) {
		screen_say(screen, "packets are not sampled with --dry-run");
		return;
	}
	screen_say(screen, talkers->is_on ? "ending the talkers ..."
					  : "beginning with talkers ...");
	screen_draw(screen);
	screen->message_until = 0;
	if (talkers->is_on)
		talkers_end(talkers);
	else if (talkers_begin(talkers, screen->top))
		screen_say(screen, "cannot run 'tailgate capture'");
	if (talkers->is_on)
		show_view(screen, TOP_TALKER);
}

static void press(struct screen *screen, int key)
{
	if (screen->is_typing) {
		type_filter(screen, key);
		return;
	}
	if (move_key(screen, key) || view_key(screen, key))
		return;
	switch (key) {
	case 'q':
	case 'Q':
		screen->is_ended = true;
		break;
	case 's':
		screen->sort = (screen->sort + 1) % TOP_SORTS;
		break;
	case '/':
		screen->is_typing = true;
		break;
	case KEY_ESCAPE:
		*screen->filter = '\0';
		break;
	case ' ':
	case 'p':
		screen->is_paused = !screen->is_paused;
		break;
	case '\r':
	case '\n':
	case KEY_ENTER:
		screen_open_packets(screen);
		break;
	case 't':
		toggle_talkers(screen);
		break;
	}
}

void screen_keys(struct screen *screen)
{
	int key, count = 0;

	while (!screen->is_ended && (key = getch()) != ERR) {
		count++;
		press(screen, key);
		screen_select(screen);
	}
	/* ready to be read, and nothing to read: it was hung up */
	if (!count && !isatty(STDIN_FILENO))
		screen->is_ended = true;
}
