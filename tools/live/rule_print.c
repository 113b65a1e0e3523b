// SPDX-License-Identifier: GPL-2.0-only
#include "rule_print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/json_print.h"

/* The text of a default is "default VERDICT". */
#define DEFAULT_WORD "default "
#define SET_WORD "set " /* starts the declaration of a set */
#define FLOWS_WORD "flows "
#define REPLIES_WORD "replies "
#define LOGS_WORD "logs "

static bool is_default(const char *rule)
{
	return !strncmp(rule, DEFAULT_WORD, strlen(DEFAULT_WORD));
}

/* None of these is a rule. */
static bool has_number(const char *text)
{
	return !is_default(text) &&
	       strncmp(text, SET_WORD, strlen(SET_WORD)) != 0 &&
	       strncmp(text, FLOWS_WORD, strlen(FLOWS_WORD)) != 0 &&
	       strncmp(text, REPLIES_WORD, strlen(REPLIES_WORD)) != 0 &&
	       strncmp(text, LOGS_WORD, strlen(LOGS_WORD)) != 0;
}

/* With what it keeps: "pass keep". */
static const char *default_verdict(const struct rule_lines *rules)
{
	const char *rule = rules->count ? rules->lines[0].rule : "";

	return is_default(rule) ? rule + strlen(DEFAULT_WORD) : rule;
}

/* With the default, without the lines that count what is over a limit. */
static uint32_t count_rules(const struct rule_lines *rules)
{
	uint32_t count = rules->count;

	while (count && rules->lines[count - 1].over_of)
		count--;
	return count;
}

/* Rules from number 1, then number 0, the default. `count`: of rules. */
static const struct rule_line *in_order(const struct rule_lines *rules,
					uint32_t count, uint32_t i)
{
	return &rules->lines[i + 1 < count ? i + 1 : 0];
}

/*
 * What is over the limit of a rule; NULL if it has none. Lines are in the order
 * of their rules: `*next` is the first of rules that are not asked yet.
 */
static const struct rule_line *over_of(const struct rule_lines *rules,
				       uint32_t number, uint32_t *next)
{
	while (*next < rules->count && rules->lines[*next].over_of < number)
		++*next;
	return *next < rules->count && rules->lines[*next].over_of == number
		       ? &rules->lines[*next]
		       : NULL;
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

static json_t *counts_to_json(const struct rule_line *line)
{
	return json_pack("{s:I, s:I}", "packets",
			 (json_int_t)line->count.packets, "bytes",
			 (json_int_t)line->count.bytes);
}

static void add_place_and_counts(json_t *object, const struct rule_line *line)
{
	add_json_members(object, place_to_json(line));
	add_json_members(object, counts_to_json(line));
}

static json_t *rule_to_json(const struct rule_line *line, uint32_t number,
			    const struct rule_line *over)
{
	json_t *object = json_pack("{s:I, s:o}", "rule", (json_int_t)number,
				   "text", string_to_json(line->rule));

	add_place_and_counts(object, line);
	if (over)
		add_json_members(object, json_pack("{s:o}", "over",
						   counts_to_json(over)));
	return object;
}

static json_t *default_to_json(const struct rule_lines *rules)
{
	const char *text = default_verdict(rules);
	size_t size = strcspn(text, " ");

	return json_pack(
		"{s:o, s:o}", "verdict", text_to_json(text, size), "keep",
		text[size] ? string_to_json(text + size + 1) : json_null());
}

static void print_document(const struct rule_lines *rules, uint32_t program)
{
	json_t *list = json_array(), *sets = json_array();
	json_t *last = default_to_json(rules);
	uint32_t count = count_rules(rules), next = count;

	for (uint32_t i = 1; i < count; i++)
		add_json_item(list, rule_to_json(&rules->lines[i], i,
						 over_of(rules, i, &next)));
	for (uint32_t i = 0; i < rules->set_count; i++)
		add_json_item(sets, string_to_json(rules->sets[i]));
	add_place_and_counts(last, &rules->lines[0]);
	print_json(stdout,
		   json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "program",
			     (json_int_t)program, "sets", sets, "flows",
			     string_to_json(rules->flows), "replies",
			     string_to_json(rules->replies), "logs",
			     string_to_json(rules->logs), "rules", list,
			     "default", last),
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

static void print_row(const char *number, const struct rule_line *line,
		      int width, const char *place, const char *before,
		      const char *text)
{
	printf("%6s %12llu %14llu  %-*s  %s%s\n", number, line->count.packets,
	       line->count.bytes, width, place, before, text);
}

/* The text is "else ACTION". */
static void print_over(const struct rule_line *over, int width)
{
	const char *space = strchr(over->rule, ' ');

	print_row("", over, width, "",
		  "  over: ", space ? space + 1 : over->rule);
}

static void print_uncounted(const char *text, int width)
{
	if (text)
		printf("%6s %12s %14s  %-*s  %s\n", "", "", "", width, "",
		       text);
}

static void print_table(const struct rule_lines *rules)
{
	uint32_t count = count_rules(rules), next = count;
	int width = widest_place(rules);

	printf("%6s %12s %14s  %-*s  %s\n", "NUMBER", "PACKETS", "BYTES", width,
	       "PLACE", "RULE");
	for (uint32_t i = 0; i < count; i++) {
		const struct rule_line *line = in_order(rules, count, i);
		const struct rule_line *over = NULL;
		char number[16] = "";

		if (line != rules->lines) {
			snprintf(number, sizeof(number), "%" PRIu32, i + 1);
			over = over_of(rules, i + 1, &next);
		}
		print_row(number, line, width,
			  has_place(line) ? line->place : "", "", line->rule);
		if (over)
			print_over(over, width);
	}
	for (uint32_t i = 0; i < rules->set_count; i++)
		print_uncounted(rules->sets[i], width);
	print_uncounted(rules->replies, width);
	print_uncounted(rules->logs, width);
	print_uncounted(rules->flows, width);
}

void rules_print(const struct rule_lines *rules, uint32_t program, bool json)
{
	if (json)
		print_document(rules, program);
	else
		print_table(rules);
}

static uint64_t hash_more(uint64_t hash, uint64_t more)
{
	return (hash ^ more) * 0x9e3779b97f4a7c15ULL;
}

static uint64_t hash_with_text(uint64_t hash, const char *text)
{
	return hash_more(hash, text ? hash_text(text, strlen(text)) : 0);
}

static uint64_t hash_of_rules(const struct rule_lines *rules)
{
	uint64_t hash = 0;

	for (uint32_t i = 0; i < rules->count; i++)
		hash = hash_more(hash, rules->lines[i].hash);
	for (uint32_t i = 0; i < rules->set_count; i++)
		hash = hash_with_text(hash, rules->sets[i]);
	hash = hash_with_text(hash, rules->flows);
	hash = hash_with_text(hash, rules->replies);
	return rules->logs ? hash_with_text(hash, rules->logs) : hash;
}

struct rule_summary rules_summary(const struct rule_lines *rules)
{
	uint32_t count = count_rules(rules);
	const struct rule_line *first =
		count ? in_order(rules, count, 0) : NULL;
	struct rule_summary summary = {
		.rules = count ? count - 1 : 0,
		.hash = hash_of_rules(rules),
		.default_verdict = default_verdict(rules),
	};

	if (first && has_place(first)) {
		summary.file = first->place;
		summary.file_size = file_size(first);
	}
	return summary;
}

void rules_print_text(const struct rule_lines *rules)
{
	uint32_t count = count_rules(rules);

	for (uint32_t i = 0; i < count; i++)
		puts(in_order(rules, count, i)->rule);
	for (uint32_t i = 0; i < rules->set_count; i++)
		puts(rules->sets[i]);
	if (rules->replies)
		puts(rules->replies);
	if (rules->logs)
		puts(rules->logs);
	if (rules->flows)
		puts(rules->flows);
}

/* --- rules, defaults, sets, replies, logs and flows removed and added */

static void print_change(char sign, const char *number, const char *rule)
{
	printf("%c%6s  %s\n", sign, has_number(rule) ? number : "", rule);
}

static json_t *change_to_json(char sign, const char *number, const char *rule)
{
	return json_pack("{s:s, s:o, s:o}", "change",
			 sign == '-' ? "remove" : "add", "rule",
			 has_number(rule) ? json_integer(atol(number))
					  : json_null(),
			 "text", string_to_json(rule));
}

int rule_changes_print(FILE *in, bool json)
{
	json_t *list = json_array();
	char *line = NULL, *rule;
	size_t room = 0;
	int err = 0;

	while (!err && getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		rule = strchr(line, ' ');
		if (!rule) {
			err = -EINVAL;
			break;
		}
		*rule++ = '\0';
		if (json)
			add_json_item(list,
				      change_to_json(*line, line + 1, rule));
		else
			print_change(*line, line + 1, rule);
	}
	if (json && !err)
		print_json(stdout, json_incref(list), JSON_COMPACT);
	json_decref(list);
	free(line);
	return err;
}
