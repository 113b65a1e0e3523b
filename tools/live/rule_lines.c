// SPDX-License-Identifier: GPL-2.0-only
#include "rule_lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "rule_marks.h"

static int compare_rules(const struct rule_line *a, const struct rule_line *b)
{
	return a->hash < b->hash ? -1 : a->hash > b->hash;
}

static int compare(const struct rule_line *a, const struct rule_line *b)
{
	int order = compare_rules(a, b);

	if (!order && a->occurrence != b->occurrence)
		order = a->occurrence < b->occurrence ? -1 : 1;
	return order;
}

static int compare_pointers(const void *a, const void *b)
{
	return compare(*(struct rule_line *const *)a,
		       *(struct rule_line *const *)b);
}

int rule_lines_sort(struct rule_lines *rules)
{
	rules->sorted = calloc(rules->count + 1, sizeof(*rules->sorted));
	if (!rules->sorted)
		return -ENOMEM;
	for (uint32_t i = 0; i < rules->count; i++)
		rules->sorted[i] = &rules->lines[i];
	qsort(rules->sorted, rules->count, sizeof(*rules->sorted),
	      compare_pointers);
	return 0;
}

/* The first line with the same rule, or NULL. */
static const struct rule_line *find_line(const struct rule_lines *rules,
					 const struct rule_line *line)
{
	uint32_t low = 0, high = rules->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (rules->sorted[middle]->hash < line->hash)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == rules->count || rules->sorted[low]->hash != line->hash)
		return NULL;
	return rules->sorted[low];
}

void rule_lines_use_texts(struct rule_lines *rules,
			  const struct rule_lines *others)
{
	for (uint32_t i = 0; i < rules->count; i++) {
		const struct rule_line *same =
			find_line(others, &rules->lines[i]);

		if (same)
			rules->lines[i].rule = same->rule;
	}
}

/* --- from the text */

static uint32_t count_lines(const char *text, const char *end)
{
	uint32_t count = 0;

	while ((text = memchr(text, '\n', end - text))) {
		count++;
		text++;
	}
	return count;
}

/* Takes the hash off the end of a rule's text, or computes it if missing. */
static uint64_t take_identity(char *text)
{
	char *mark = strrchr(text, RULE_IDENTITY_MARK);

	if (!mark)
		return hash_text(text, strlen(text));
	*mark = '\0';
	return strtoull(mark + 1, NULL, 16);
}

/* <4>TEXT<4>: what a `log` says. */
static char *take_log_mark(char *rule, const char **log)
{
	char *end;

	*log = NULL;
	if (*rule != RULE_LOG_MARK)
		return rule;
	end = strchr(rule + 1, RULE_LOG_MARK);
	if (!end)
		return rule;
	*end = '\0';
	*log = rule + 1;
	return end + 1;
}

/* <3>NUMBER<3>else ACTION: what is done with packets over a rule's limit. */
static char *take_over_mark(char *rule, uint32_t *over_of)
{
	char *end;

	*over_of = 0;
	if (*rule != RULE_OVER_MARK)
		return rule;
	*over_of = strtoul(rule + 1, &end, 10);
	return *end == RULE_OVER_MARK ? end + 1 : end;
}

static void split_rules(struct rule_lines *rules)
{
	char *next = rules->text;

	for (uint32_t i = 0; i < rules->count; i++) {
		struct rule_line *line = &rules->lines[i];
		char *end = strchr(next, '\n'), *tab, *rule;

		*end = '\0';
		/* the last tab: a file name may contain tabs, a rule may not */
		tab = strrchr(next, '\t');
		line->place = tab ? next : "-:0";
		rule = tab ? tab + 1 : next;
		if (tab)
			*tab = '\0';
		rule = take_log_mark(rule, &line->log);
		line->hash = take_identity(rule);
		line->rule = take_over_mark(rule, &line->over_of);
		line->occurrence = i; /* keeps the sort stable */
		next = end + 1;
	}
}

/* Parses NAME<tab>COUNT<tab>VALUES; a malformed line gives an empty list. */
static void split_lists(struct rule_lines *rules, char *next)
{
	for (uint32_t i = 0; i < rules->list_count; i++) {
		struct rule_list *list = &rules->lists[i];
		char *end = strchr(next, '\n'), *values;

		*end = '\0';
		list->name = strsep(&next, "\t");
		list->count = next ? strtoul(next, &values, 10) : 0;
		list->values = "{ }";
		if (next && *values == '\t') {
			list->is_cut = strchr(values, RULE_IDENTITY_MARK);
			list->hash = take_identity(++values);
			list->values = values;
		}
		next = end + 1;
	}
}

/* Those without a name: 'replies' and 'logs', and the block 'flows'. */
static void take_statement(struct rule_lines *rules, const char *text)
{
	if (!strncmp(text, "replies ", strlen("replies ")))
		rules->replies = text;
	else if (!strncmp(text, "logs ", strlen("logs ")))
		rules->logs = text;
	else
		rules->flows = text;
}

/* Parses @NAME<tab>DECLARATION. */
static void split_declarations(struct rule_lines *rules, char *next)
{
	uint32_t count = rules->set_count;

	rules->set_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		char *end = strchr(next, '\n'), *tab;

		*end = '\0';
		tab = strchr(next, '\t');
		if (tab == next + 1)
			take_statement(rules, tab + 1);
		else
			rules->sets[rules->set_count++] = tab ? tab + 1 : next;
		next = end + 1;
	}
}

/* Lists come first; a name of a list does not start with RULE_SET_MARK. */
static char *start_of_sets(char *lists)
{
	static const char first[] = { '\n', RULE_SET_MARK, '\0' };
	char *before = strstr(lists - 1, first);

	return before ? before + 1 : lists + strlen(lists);
}

static void fill_in_list(FILE *out, struct rule_lines *rules,
			 const char *number, bool expand)
{
	unsigned long i = strtoul(number, NULL, 10);
	size_t size;

	if (i >= rules->list_count)
		return;
	size = strlen(rules->lists[i].values);
	if (!expand || size > RULE_LINES_EXPANDED_MAX - rules->expanded) {
		fputs(rules->lists[i].name, out);
		return;
	}
	fwrite(rules->lists[i].values, 1, size, out);
	rules->expanded += size;
}

/*
 * Replaces list marks by the lists: every second part of the split text is a
 * list number.
 */
static int fill_in(struct rule_lines *rules, struct rule_line *line,
		   bool expand)
{
	static const char marks[] = { RULE_LIST_MARK, '\0' };
	char *rest = (char *)line->rule, *part;
	size_t size;
	FILE *out;

	if (!strchr(rest, RULE_LIST_MARK))
		return 0;
	out = open_memstream(&line->filled_in, &size);
	if (!out)
		return -ENOMEM;
	for (bool is_list = false; (part = strsep(&rest, marks));
	     is_list = !is_list) {
		if (is_list)
			fill_in_list(out, rules, part, expand);
		else
			fputs(part, out);
	}
	if (fclose(out))
		return -ENOMEM;
	line->rule = line->filled_in;
	return 0;
}

static void number_occurrences(struct rule_lines *rules)
{
	struct rule_line **sorted = rules->sorted;

	for (uint32_t i = 0; i < rules->count; i++) {
		if (i && !compare_rules(sorted[i - 1], sorted[i]))
			sorted[i]->occurrence = sorted[i - 1]->occurrence + 1;
		else
			sorted[i]->occurrence = 0;
	}
}

int rule_lines_parse(struct rule_lines *rules, char *text, bool expand)
{
	char *end = text + strlen(text), *lists = strstr(text, "\n\n");
	char *sets = lists ? start_of_sets(lists + 2) : NULL;
	int err = 0;

	*rules = (struct rule_lines){ .text = text };
	rules->count = count_lines(text, lists ? lists + 1 : end);
	rules->lines = calloc(rules->count + 1, sizeof(*rules->lines));
	if (lists) {
		rules->list_count = count_lines(lists + 2, sets);
		rules->set_count = count_lines(sets, end);
	}
	rules->lists = calloc(rules->list_count + 1, sizeof(*rules->lists));
	rules->sets = calloc(rules->set_count + 1, sizeof(*rules->sets));
	if (!rules->lines || !rules->lists || !rules->sets)
		return -ENOMEM;
	split_rules(rules);
	if (lists) {
		split_lists(rules, lists + 2);
		split_declarations(rules, sets);
	}
	for (uint32_t i = 0; !err && i < rules->count; i++)
		err = fill_in(rules, &rules->lines[i], expand);
	if (!err)
		err = rule_lines_sort(rules);
	if (!err)
		number_occurrences(rules);
	return err;
}

void rule_lines_free(struct rule_lines *rules)
{
	for (uint32_t i = 0; rules->lines && i < rules->count; i++)
		free(rules->lines[i].filled_in);
	free(rules->text);
	free(rules->lines);
	free(rules->lists);
	free(rules->sets);
	free(rules->sorted);
	*rules = (struct rule_lines){ 0 };
}

void rule_lines_add(struct rule_lines *to, const struct rule_lines *from)
{
	uint32_t i = 0, j = 0;

	while (i < to->count && j < from->count) {
		int order = compare(to->sorted[i], from->sorted[j]);

		if (!order) {
			to->sorted[i]->count.packets +=
				from->sorted[j]->count.packets;
			to->sorted[i]->count.bytes +=
				from->sorted[j]->count.bytes;
		}
		i += order <= 0;
		j += order >= 0;
	}
}
