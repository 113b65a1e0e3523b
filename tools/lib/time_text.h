/* SPDX-License-Identifier: GPL-2.0-only */
/* Times of entries and flows as text: 90s, 10m, 1h30m, 7d. */
#ifndef TG_TIME_TEXT_H
#define TG_TIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_TEXT_MAX (5 * 366 * 86400U) /* seconds: deadlines have 32 bits */
#define TIME_TEXT_SIZE 32

/* False: the text is no time. */
bool time_text_read(const char *text, size_t size, uint64_t *seconds);

/* The two largest units are enough for a reader. */
void time_text_print(char text[TIME_TEXT_SIZE], uint64_t seconds);

#endif
