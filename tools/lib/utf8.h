/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_UTF8_H
#define TG_UTF8_H

#include <stddef.h>

/*
 * The length in bytes of the UTF-8 character at text; 0 if it is not valid.
 * Used for JSON and for error columns.
 */
size_t utf8_length(const char *text, size_t size);

#endif
