// SPDX-License-Identifier: GPL-2.0-only
/* Print messages as text, with the line and a caret, or as JSON. */
#include "diagnostic.h"

#include <stdlib.h>
#include <string.h>

#include "lib/json_print.h"
#include "policy/language/limits.h"
#include "source.h"

/* Of a long line only the part around the caret is shown. */
#define SHOWN_BEFORE 60
#define SHOWN_MAX 120

static bool is_inside_character(char byte)
{
	return (byte & 0xc0) == 0x80;
}

static bool is_printable(unsigned char byte)
{
	return byte >= ' ' && byte != 0x7f;
}

/* Control characters are printed as question marks. */
static void print_source_line(FILE *out, const char *text, size_t length,
			      size_t column)
{
	size_t first = column > SHOWN_BEFORE ? column - SHOWN_BEFORE : 0;
	size_t last = length - first > SHOWN_MAX ? first + SHOWN_MAX : length;

	if (length <= SHOWN_MAX)
		first = 0;
	while (first && is_inside_character(text[first]))
		first--;
	while (last < length && is_inside_character(text[last]))
		last++;

	fputs(first ? "  ..." : "  ", out);
	for (size_t i = first; i < last; i++)
		fputc(is_printable(text[i]) || text[i] == '\t' ? text[i] : '?',
		      out);
	fputs(last < length ? "...\n" : "\n", out);

	/* Copy tabs, so that the caret is below its column. */
	fputs(first ? "     " : "  ", out);
	for (size_t i = first; i < column && i < length; i++) {
		if (!is_inside_character(text[i]))
			fputc(text[i] == '\t' ? '\t' : ' ', out);
	}
	fputs("^\n", out);
}

static void print_diagnostic(const struct diagnostic *diagnostic,
			     struct sources *sources, FILE *out)
{
	struct source *source = &sources->list[diagnostic->place.file];
	struct policy_place place = diagnostic->place;
	size_t length;
	const char *line;

	fputs(source->name, out);
	if (place.line)
		fprintf(out, ":%u:%u", place.line, place.column);
	fprintf(out, ": %s%s\n",
		diagnostic->severity == SEVERITY_WARNING ? "warning: " : "",
		diagnostic->message ? diagnostic->message : "out of memory");
	line = source_line(source, place.line, &length);
	if (line && place.column)
		print_source_line(out, line, length, place.column - 1);
	if (diagnostic->hint)
		fprintf(out, "  %s\n", diagnostic->hint);
}

static int compare_places(const void *one, const void *two)
{
	const struct diagnostic *a = one, *b = two;

	if (a->place.file != b->place.file)
		return a->place.file < b->place.file ? -1 : 1;
	if (a->place.line != b->place.line)
		return a->place.line < b->place.line ? -1 : 1;
	if (a->place.column != b->place.column)
		return a->place.column < b->place.column ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static void sort_diagnostics(struct diagnostics *diagnostics)
{
	if (diagnostics->count)
		qsort(diagnostics->list, diagnostics->count,
		      sizeof(*diagnostics->list), compare_places);
	diagnostics->hint_to_last = false;
}

void diagnostics_print(struct diagnostics *diagnostics, struct sources *sources,
		       FILE *out)
{
	static const char *const names[SEVERITIES] = { "errors", "warnings" };

	sort_diagnostics(diagnostics);
	for (size_t i = 0; i < diagnostics->count; i++)
		print_diagnostic(&diagnostics->list[i], sources, out);
	for (int i = 0; i < SEVERITIES; i++) {
		if (diagnostics->counts[i] > POLICY_MESSAGES_MAX)
			fprintf(out, "%s: more than %d %s, no more are shown\n",
				sources->list[0].name, POLICY_MESSAGES_MAX,
				names[i]);
	}
}

static json_t *diagnostic_to_json(const struct diagnostic *diagnostic,
				  const struct sources *sources)
{
	static const char *const severities[SEVERITIES] = { "error",
							    "warning" };
	struct policy_place place = diagnostic->place;

	return json_pack(
		"{s:o, s:I, s:I, s:s, s:o, s:o}", "file",
		string_to_json(sources->list[place.file].name), "line",
		(json_int_t)place.line, "column", (json_int_t)place.column,
		"severity", severities[diagnostic->severity], "message",
		string_to_json(diagnostic->message ? diagnostic->message : ""),
		"hint", string_to_json(diagnostic->hint));
}

void diagnostics_print_json(struct diagnostics *diagnostics,
			    struct sources *sources, FILE *out)
{
	json_t *list = json_array();

	sort_diagnostics(diagnostics);
	for (size_t i = 0; i < diagnostics->count; i++)
		add_json_item(list, diagnostic_to_json(&diagnostics->list[i],
						       sources));
	print_json(out, list, 0);
}
