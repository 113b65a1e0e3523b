/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_UTF8_H
#define TG_UTF8_H

#include <stddef.h>

/* How many bytes the UTF-8 character at text has; 0 if it is not valid. */
size_t utf8_length(const char *text, size_t size);

#endif
