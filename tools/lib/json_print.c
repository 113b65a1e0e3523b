// SPDX-License-Identifier: GPL-2.0-only
#include "json_print.h"

#include <string.h>

#include "json.h"

void json_print(FILE *out, const char *text, size_t size)
{
	putc('"', out);
	while (size) {
		unsigned char letter = *text;
		size_t length = utf8_length(text, size);

		if (!length)
			fputs("\\ufffd", out);
		else if (letter == '"' || letter == '\\')
			fprintf(out, "\\%c", letter);
		else if (letter < ' ' || letter == 0x7f)
			fprintf(out, "\\u%04x", letter);
		else
			fwrite(text, 1, length, out);
		text += length ? length : 1;
		size -= length ? length : 1;
	}
	putc('"', out);
}

void json_print_member(FILE *out, const char *key, const char *value)
{
	fprintf(out, ", \"%s\": ", key);
	if (value)
		json_print(out, value, strlen(value));
	else
		fputs("null", out);
}
