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

void import_unsaid(struct import *import, struct import_rule *rule)
{
	if (rule->told)
		return;
	rule->told = true;
	import->unsaid++;
	print_message(
		import, rule->line, rule->column,
		import_format(&import->arena, "%s: %s",
			      rule->problem ? "cannot be said"
					    : "said without a part",
			      rule->problem ? rule->problem : rule->left_out));
}
