// SPDX-License-Identifier: GPL-2.0-only
#include "diagnostic.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"
#include "policy/language/limits.h"
#include "source.h"

static char *format_text(const char *format, va_list args)
{
	char *text;

	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

/* Messages that cannot be stored are still counted. */
static void diagnostics_add(struct diagnostics *diagnostics,
			    enum severity severity, struct policy_place place,
			    const char *format, va_list args)
{
	size_t count = ++diagnostics->counts[severity];

	diagnostics->hint_to_last = false;
	if (count > POLICY_MESSAGES_MAX ||
	    !vec_reserve(diagnostics->list, diagnostics->room,
			 diagnostics->count + 1))
		return;
	diagnostics->hint_to_last = true;
	diagnostics->list[diagnostics->count] = (struct diagnostic){
		.severity = severity,
		.place = place,
		.order = diagnostics->count,
		.message = format_text(format, args),
	};
	diagnostics->count++;
}

void report_error(struct diagnostics *diagnostics, struct policy_place place,
		  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diagnostics_add(diagnostics, SEVERITY_ERROR, place, format, args);
	va_end(args);
}

void report_warning(struct diagnostics *diagnostics, struct policy_place place,
		    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diagnostics_add(diagnostics, SEVERITY_WARNING, place, format, args);
	va_end(args);
}

void report_hint(struct diagnostics *diagnostics, const char *format, ...)
{
	struct diagnostic *last;
	va_list args;

	if (!diagnostics->hint_to_last)
		return;
	last = &diagnostics->list[diagnostics->count - 1];
	free(last->hint);
	va_start(args, format);
	last->hint = format_text(format, args);
	va_end(args);
}

bool diagnostics_full(const struct diagnostics *diagnostics)
{
	return diagnostics->counts[SEVERITY_ERROR] >= POLICY_MESSAGES_MAX;
}

void diagnostics_free(struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		free(diagnostics->list[i].message);
		free(diagnostics->list[i].hint);
	}
	free(diagnostics->list);
	*diagnostics = (struct diagnostics){ 0 };
}
