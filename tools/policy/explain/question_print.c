// SPDX-License-Identifier: GPL-2.0-only
#include "questions.h"

#include <inttypes.h>

#include "lib/json_print.h"

void print_for_terminal(FILE *out, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		putc((unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?'
								     : text[i],
		     out);
}

static void print_number(FILE *out, const struct question *question)
{
	fprintf(out, "%" PRIu64 ": ", question->number);
	print_for_terminal(out, question->text, question->size);
	if (question->captured < question->length)
		fprintf(out, " (%u of %u bytes captured)", question->captured,
			question->length);
	fputs(": ", out);
}

static void print_error(FILE *out, const struct describe_error *error)
{
	if (!error->column)
		fprintf(out, "error: %s", error->message);
	else if (!*error->hint)
		fprintf(out, "error: column %u: %s", error->column,
			error->message);
	else
		fprintf(out, "error: column %u: %s (%s)", error->column,
			error->message, error->hint);
}

void question_print(FILE *out, const struct question *question)
{
	if (question->number)
		print_number(out, question);
	if (question->error)
		print_error(out, question->error);
}

static void json_error(FILE *out, const struct describe_error *error)
{
	json_print_member(out, "error", error->message);
	if (error->column)
		fprintf(out, ", \"column\": %u", error->column);
	if (*error->hint)
		json_print_member(out, "hint", error->hint);
}

void question_print_json(FILE *out, const struct question *question)
{
	fputs("{\"packet\": ", out);
	json_print(out, question->text, question->size);
	if (question->number)
		fprintf(out, ", \"number\": %" PRIu64, question->number);
	if (question->length)
		fprintf(out, ", \"captured\": %u, \"length\": %u",
			question->captured, question->length);
	if (question->error)
		json_error(out, question->error);
}
