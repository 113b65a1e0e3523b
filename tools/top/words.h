/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows and numbers as text. */
#ifndef TG_TOP_WORDS_H
#define TG_TOP_WORDS_H

#include <stddef.h>

#include "rows.h"

#define NUMBER_TEXT_SIZE 16

/* Four digits at most, and a unit: 987, 1.23k, 45.6M, 789G */
void number_print(char text[NUMBER_TEXT_SIZE], double value);

/*
 * What a row is, without its device and hook: "drop rule", or "3 web.policy:4:
 * drop tcp to port 22". With is_short, without folders, and with rules below
 * each other.
 */
void row_words(const struct top_row *row, bool is_short, char *text,
	       size_t size);

/*
 * A bar for each rate, as UTF-8 or, without, as ASCII. `text` has room for
 * three bytes a column, and one. The largest rate is a full bar.
 */
void spark_print(char *text, const float *rates, int columns, bool utf8);

#endif
