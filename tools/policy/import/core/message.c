// SPDX-License-Identifier: GPL-2.0-only
/* Error messages and warnings of the import. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"

/* Replaces newlines and control characters: the text comes from the file. */
static void make_printable(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	}
}

static void print_message(struct import *import, unsigned int line,
			  unsigned int column, const char *text)
{
	fprintf(import->errors, "%s:", import->path);
	if (line)
		fprintf(import->errors, "%u:%u:", line, column);
	fprintf(import->errors, " %s\n", text);
}

int import_error(struct import *import, unsigned int line, unsigned int column,
		 const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	make_printable(text);
	print_message(import, line, column, text);
	return -EINVAL;
}

void import_message(struct import *import, const struct import_rule *rule,
		    const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	make_printable(text);
	if (rule->place)
		fprintf(import->errors, "%s: %s: %s\n", import->path,
			rule->place, text);
	else
		print_message(import, rule->line, rule->column, text);
}

const char *import_json_text(struct import *import, const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY);
	const char *copy;

	if (!text)
		return "";
	copy = arena_copy(&import->arena, text, strlen(text));
	free(text);
	return copy;
}

const char *import_source(struct import *import, const struct import_rule *rule)
{
	if (rule->source)
		return rule->source;
	return arena_format(&import->arena, "%s: %s", rule->place,
			    import_json_text(import, rule->json));
}
