/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_UTF8_H
#define TG_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The length in bytes of the UTF-8 character at text; 0 if it is not valid.
 * Used for JSON and for error columns.
 */
size_t utf8_length(const char *text, size_t size);

/*
 * Whether a character of this length is a control character, U+0080 to U+009F
 * included: a terminal takes U+009B for the start of an escape sequence.
 */
bool utf8_is_control(const char *text, size_t length);

#endif
