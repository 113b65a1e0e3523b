// SPDX-License-Identifier: GPL-2.0-only
#include "utf8.h"

/* True for overlong forms, surrogates, and values above U+10FFFF. */
static bool is_forbidden(const unsigned char *c)
{
	return (c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
	       (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f);
}

size_t utf8_length(const char *text, size_t size)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t length = c[0] < 0x80   ? 1
			: c[0] < 0xc2 ? 0
			: c[0] < 0xe0 ? 2
			: c[0] < 0xf0 ? 3
			: c[0] < 0xf5 ? 4
				      : 0;

	if (length > size)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	}
	return length > 2 && is_forbidden(c) ? 0 : length;
}

bool utf8_is_control(const char *text, size_t length)
{
	const unsigned char *c = (const unsigned char *)text;

	return c[0] < ' ' || c[0] == 0x7f ||
	       (length == 2 && c[0] == 0xc2 && c[1] < 0xa0);
}
