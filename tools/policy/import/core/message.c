// SPDX-License-Identifier: GPL-2.0-only
/* What an import has to tell besides the policy. */
#include <errno.h>
#include <stdarg.h>

#include "import.h"

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
	if (rule->place)
		fprintf(import->errors, "%s: %s: %s\n", import->path,
			rule->place, text);
	else
		print_message(import, rule->line, rule->column, text);
}
