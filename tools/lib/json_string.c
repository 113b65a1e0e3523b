// SPDX-License-Identifier: GPL-2.0-only
/* Strings of JSON: UTF-8 and escapes. */
#include <errno.h>
#include <string.h>

#include "json_reader.h"
#include "utf8.h"

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static char *put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = c;
	} else if (c < 0x800) {
		*to++ = 0xc0 | c >> 6;
		*to++ = 0x80 | (c & 0x3f);
	} else if (c < 0x10000) {
		*to++ = 0xe0 | c >> 12;
		*to++ = 0x80 | (c >> 6 & 0x3f);
		*to++ = 0x80 | (c & 0x3f);
	} else {
		*to++ = 0xf0 | c >> 18;
		*to++ = 0x80 | (c >> 12 & 0x3f);
		*to++ = 0x80 | (c >> 6 & 0x3f);
		*to++ = 0x80 | (c & 0x3f);
	}
	return to;
}

static bool read_hex4(struct reader *reader, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++) {
		int c = json_peek(reader) | 0x20;

		if (is_digit(c))
			*value = *value << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value << 4 | (c - 'a' + 10);
		else
			return false;
		reader->at++;
	}
	return true;
}

/* After "\u". */
static char *read_code(struct reader *reader, char *to)
{
	uint32_t c, low;

	if (!read_hex4(reader, &c))
		return json_fail(reader, -EINVAL,
				 "not four hexadecimal digits");
	if (c >= 0xd800 && c < 0xdc00) {
		if (json_peek(reader) != '\\' ||
		    reader->at + 2 > reader->size ||
		    reader->text[reader->at + 1] != 'u')
			return json_fail(reader, -EINVAL, "half of a pair");
		reader->at += 2;
		if (!read_hex4(reader, &low) || low < 0xdc00 || low > 0xdfff)
			return json_fail(reader, -EINVAL, "half of a pair");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	} else if (c == 0 || (c >= 0xdc00 && c < 0xe000)) {
		return json_fail(reader, -EINVAL, "not a character");
	}
	return put_utf8(to, c);
}

static char *read_escape(struct reader *reader, char *to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	int c = json_peek(reader);
	const char *found = c > 0 ? strchr(from, c) : NULL;

	if (c < 0)
		return json_fail(reader, -EINVAL, "a string that does not end");
	reader->at++;
	if (c == 'u')
		return read_code(reader, to);
	if (!found)
		return json_fail(reader, -EINVAL, "no such escape");
	*to++ = into[found - from];
	return to;
}

/* How many bytes up to the quote that ends it; as many as there are, if none */
static size_t string_extent(const struct reader *reader)
{
	size_t at = reader->at;

	while (at < reader->size && reader->text[at] != '"')
		at += 1 + (reader->text[at] == '\\');
	return (at < reader->size ? at : reader->size) - reader->at;
}

/* At the quote that opens it. An escape is never shorter than what it says. */
const char *json_read_string(struct reader *reader)
{
	char *string, *to;
	int c;

	reader->at++;
	string = to = json_allocate(reader, string_extent(reader) + 1);
	while (to && (c = json_peek(reader)) != '"') {
		size_t length;

		if (c < 0x20)
			return json_fail(
				reader, -EINVAL,
				c < 0 ? "a string that does not end"
				      : "a control character in a string");
		if (c == '\\') {
			reader->at++;
			to = read_escape(reader, to);
			continue;
		}
		length = utf8_length(reader->text + reader->at,
				     reader->size - reader->at);
		if (!length)
			return json_fail(reader, -EINVAL, "not UTF-8");
		memcpy(to, reader->text + reader->at, length);
		to += length;
		reader->at += length;
	}
	if (!to)
		return NULL;
	*to = '\0';
	reader->at++;
	return string;
}
