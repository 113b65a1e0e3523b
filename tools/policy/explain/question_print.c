// SPDX-License-Identifier: GPL-2.0-only
#include "questions.h"

#include <inttypes.h>
#include <string.h>

#include "lib/json_print.h"
#include "lib/utf8.h"

void print_for_terminal(FILE *out, const char *text, size_t size)
{
	for (size_t i = 0, length; i < size; i += length) {
		length = utf8_length(text + i, size - i);
		length = length ? length : 1;
		if (utf8_is_control(text + i, length))
			putc('?', out);
		else
			fwrite(text + i, 1, length, out);
	}
}

static void print_comment(FILE *out, const struct question *question)
{
	fputs(" (", out);
	if (question->interface) {
		print_for_terminal(out, question->interface,
				   strlen(question->interface));
		fputs(": ", out);
	}
	print_for_terminal(out, question->comment, question->comment_size);
	putc(')', out);
}

static void print_number(FILE *out, const struct question *question)
{
	fprintf(out, "%" PRIu64 ": ", question->number);
	print_for_terminal(out, question->text, question->size);
	if (question->captured < question->length)
		fprintf(out, " (%u of %u bytes captured)", question->captured,
			question->length);
	if (question->comment)
		print_comment(out, question);
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

static void add_error(json_t *object, const struct describe_error *error)
{
	add_json_members(object, json_pack("{s:o}", "error",
					   string_to_json(error->message)));
	if (error->column)
		add_json_members(object, json_pack("{s:I}", "column",
						   (json_int_t)error->column));
	if (*error->hint)
		add_json_members(object,
				 json_pack("{s:o}", "hint",
					   string_to_json(error->hint)));
}

json_t *question_to_json(const struct question *question)
{
	json_t *object = json_object();

	add_json_members(object, json_pack("{s:o}", "packet",
					   text_to_json(question->text,
							question->size)));
	if (question->number)
		add_json_members(object,
				 json_pack("{s:I}", "number",
					   (json_int_t)question->number));
	if (question->length)
		add_json_members(object,
				 json_pack("{s:I, s:I}", "captured",
					   (json_int_t)question->captured,
					   "length",
					   (json_int_t)question->length));
	if (question->interface)
		add_json_members(
			object, json_pack("{s:o}", "interface",
					  string_to_json(question->interface)));
	if (question->comment)
		add_json_members(
			object,
			json_pack("{s:o}", "comment",
				  text_to_json(question->comment,
					       question->comment_size)));
	if (question->error)
		add_error(object, question->error);
	return object;
}
