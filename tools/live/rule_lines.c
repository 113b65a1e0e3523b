// SPDX-License-Identifier: GPL-2.0-only
#include "rule_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"

static int compare_rules(const struct rule_line *a, const struct rule_line *b)
{
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return strcmp(a->rule, b->rule);
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

static uint32_t count_lines(const char *text)
{
	uint32_t count = 0;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

static void split(struct rule_lines *rules)
{
	char *next = rules->text;

	for (uint32_t i = 0; i < rules->count; i++) {
		struct rule_line *line = &rules->lines[i];
		char *end = strchr(next, '\n'), *tab;

		*end = '\0';
		/* a file's name may hold a tab, a rule has none */
		tab = strrchr(next, '\t');
		line->place = tab ? next : "-:0";
		line->rule = tab ? tab + 1 : next;
		if (tab)
			*tab = '\0';
		line->hash = hash_text(line->rule, strlen(line->rule));
		line->occurrence = i; /* for the order, until all are sorted */
		next = end + 1;
	}
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

int rule_lines_parse(struct rule_lines *rules, char *text)
{
	int err;

	*rules = (struct rule_lines){ .text = text };
	rules->count = count_lines(text);
	rules->lines = calloc(rules->count + 1, sizeof(*rules->lines));
	if (!rules->lines)
		return -ENOMEM;
	split(rules);
	err = rule_lines_sort(rules);
	if (!err)
		number_occurrences(rules);
	return err;
}

void rule_lines_free(struct rule_lines *rules)
{
	free(rules->text);
	free(rules->lines);
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
