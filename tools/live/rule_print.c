// SPDX-License-Identifier: GPL-2.0-only
#include "rule_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json_print.h"

/* The text of a default is "default VERDICT". */
#define DEFAULT_WORD "default "

static const char *default_verdict(const struct rule_lines *rules)
{
	const char *rule = rules->count ? rules->lines[0].rule : "";
	size_t size = strlen(DEFAULT_WORD);

	return strncmp(rule, DEFAULT_WORD, size) ? rule : rule + size;
}

/* Rules from 1 on, and then number 0, the default. */
static const struct rule_line *in_order(const struct rule_lines *rules,
					uint32_t i)
{
	return &rules->lines[i + 1 < rules->count ? i + 1 : 0];
}

static bool has_place(const struct rule_line *line)
{
	return strcmp(line->place, "-:0") != 0;
}

static const char *line_number(const struct rule_line *line)
{
	const char *colon = strrchr(line->place, ':');

	return colon ? colon + 1 : "0";
}

static int file_size(const struct rule_line *line)
{
	const char *colon = strrchr(line->place, ':');

	return colon ? (int)(colon - line->place) : 0;
}

/* --- JSON */

static json_t *place_to_json(const struct rule_line *line)
{
	if (!has_place(line))
		return json_pack("{s:n, s:n}", "file", "line");
	return json_pack("{s:o, s:i}", "file",
			 text_to_json(line->place, file_size(line)), "line",
			 atoi(line_number(line)));
}

static void add_place_and_counts(json_t *object, const struct rule_line *line)
{
	add_json_members(object, place_to_json(line));
	add_json_members(object,
			 json_pack("{s:I, s:I}", "packets",
				   (json_int_t)line->count.packets, "bytes",
				   (json_int_t)line->count.bytes));
}

static json_t *rule_to_json(const struct rule_line *line, uint32_t number)
{
	json_t *object = json_pack("{s:I, s:o}", "rule", (json_int_t)number,
				   "text", string_to_json(line->rule));

	add_place_and_counts(object, line);
	return object;
}

static void print_document(const struct rule_lines *rules, uint32_t program)
{
	json_t *list = json_array();
	json_t *last = json_pack("{s:o}", "verdict",
				 string_to_json(default_verdict(rules)));

	for (uint32_t i = 1; i < rules->count; i++)
		add_json_item(list, rule_to_json(&rules->lines[i], i));
	add_place_and_counts(last, &rules->lines[0]);
	print_json(stdout,
		   json_pack("{s:I, s:o, s:o}", "program", (json_int_t)program,
			     "rules", list, "default", last),
		   JSON_COMPACT);
}

/* --- a table */

static int widest_place(const struct rule_lines *rules)
{
	size_t width = strlen("PLACE");

	for (uint32_t i = 0; i < rules->count; i++) {
		size_t size = strlen(rules->lines[i].place);

		if (size > width)
			width = size;
	}
	return width;
}

static void print_table(const struct rule_lines *rules)
{
	int width = widest_place(rules);

	printf("%6s %12s %14s  %-*s  %s\n", "NUMBER", "PACKETS", "BYTES", width,
	       "PLACE", "RULE");
	for (uint32_t i = 0; i < rules->count; i++) {
		const struct rule_line *line = in_order(rules, i);
		char number[16] = "";

		if (line != rules->lines)
			snprintf(number, sizeof(number), "%" PRIu32, i + 1);
		printf("%6s %12llu %14llu  %-*s  %s\n", number,
		       line->count.packets, line->count.bytes, width,
		       has_place(line) ? line->place : "", line->rule);
	}
}

void rules_print(const struct rule_lines *rules, uint32_t program, bool json)
{
	if (json)
		print_document(rules, program);
	else
		print_table(rules);
}

struct rule_summary rules_summary(const struct rule_lines *rules)
{
	const struct rule_line *first =
		rules->count ? in_order(rules, 0) : NULL;
	struct rule_summary summary = {
		.rules = rules->count ? rules->count - 1 : 0,
		.default_verdict = default_verdict(rules),
	};

	if (first && has_place(first)) {
		summary.file = first->place;
		summary.file_size = file_size(first);
	}
	return summary;
}

void rules_print_text(const struct rule_lines *rules, bool json)
{
	for (uint32_t i = 0; i < rules->count; i++) {
		const struct rule_line *line = in_order(rules, i);

		if (json)
			print_json(stdout, string_to_json(line->rule), 0);
		else
			puts(line->rule);
	}
}
