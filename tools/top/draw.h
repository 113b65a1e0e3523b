/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the screen: for draw.c and draw_table.c. */
#ifndef TG_TOP_DRAW_H
#define TG_TOP_DRAW_H

#include <ncurses.h>

#include "screen_state.h"

#define TABLE_LINE 5 /* its first */

#define RED COLOR_PAIR(1)
#define GREEN COLOR_PAIR(2)
#define YELLOW COLOR_PAIR(3)

/* The attribute, if the terminal has colours. */
attr_t color(const struct screen *screen, attr_t attribute);

/*
 * Prints what fits into `width` columns. What the locale cannot print is a
 * question mark. Returns the columns.
 */
int put(int y, int x, int width, const char *text);

/* The last column is the one before `end`. */
void put_right(int y, int end, const char *text);

void draw_rows(struct screen *screen);
void draw_tables(const struct screen *screen);

#endif
