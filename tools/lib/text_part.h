/* SPDX-License-Identifier: GPL-2.0-only */
/* A part of a text, such as a word of a line. */
#ifndef TG_TEXT_PART_H
#define TG_TEXT_PART_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct text_part {
	const char *start, *end;
};

static inline struct text_part text_part_all(const char *text)
{
	return (struct text_part){ text, text + strlen(text) };
}

/* The next word, which is cut off; empty behind the last. */
struct text_part text_part_word(struct text_part *rest);

bool text_part_is(struct text_part part, const char *text);

/* A decimal number without leading zeros. */
bool text_part_number(struct text_part part, uint32_t max, uint32_t *number);

/* How much of it a message shows: a line may have any length. */
static inline int text_part_shown(struct text_part part)
{
	return part.end - part.start < 64 ? part.end - part.start : 64;
}

#endif
