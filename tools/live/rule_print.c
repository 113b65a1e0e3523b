// SPDX-License-Identifier: GPL-2.0-only
#include "rule_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void print_string(const char *text, int size)
{
	putchar('"');
	for (int i = 0; i < size; i++) {
		unsigned char c = text[i];

		if (c < 0x20 || c == 0x7f)
			printf("\\u%04x", c);
		else if (c == '"' || c == '\\')
			printf("\\%c", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void print_place(const struct rule_line *line)
{
	if (!has_place(line)) {
		printf("\"file\":null,\"line\":null,");
		return;
	}
	printf("\"file\":");
	print_string(line->place, file_size(line));
	printf(",\"line\":%s,", line_number(line));
}

static void print_counts(const struct rule_line *line)
{
	printf("\"packets\":%llu,\"bytes\":%llu}", line->count.packets,
	       line->count.bytes);
}

static void print_json(const struct rule_lines *rules, uint32_t program)
{
	printf("{\"program\":%" PRIu32 ",\"rules\":[", program);
	for (uint32_t i = 1; i < rules->count; i++) {
		const struct rule_line *line = &rules->lines[i];

		printf("%s\n{\"rule\":%" PRIu32 ",\"text\":", i > 1 ? "," : "",
		       i);
		print_string(line->rule, strlen(line->rule));
		putchar(',');
		print_place(line);
		print_counts(line);
	}
	printf("],\n\"default\":{\"verdict\":\"%s\",", default_verdict(rules));
	print_place(&rules->lines[0]);
	print_counts(&rules->lines[0]);
	puts("}");
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
		print_json(rules, program);
	else
		print_table(rules);
}

void rules_print_summary(const struct rule_lines *rules, uint32_t program)
{
	const struct rule_line *first =
		rules->count ? in_order(rules, 0) : NULL;

	printf("program=%" PRIu32 " rules=%" PRIu32 " default=%s", program,
	       rules->count ? rules->count - 1 : 0, default_verdict(rules));
	if (first && has_place(first))
		printf(" file=%.*s", file_size(first), first->place);
	putchar('\n');
}

void rules_print_text(const struct rule_lines *rules, bool json)
{
	for (uint32_t i = 0; i < rules->count; i++) {
		const struct rule_line *line = in_order(rules, i);

		if (json)
			print_string(line->rule, strlen(line->rule));
		else
			fputs(line->rule, stdout);
		putchar('\n');
	}
}
