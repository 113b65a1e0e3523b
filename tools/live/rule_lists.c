// SPDX-License-Identifier: GPL-2.0-only
#include "rule_lists.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json_print.h"

/* The values of a list, sorted. */
struct values {
	char *text;
	char **list;
	size_t count;
};

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Parses "{ A, B }", "{ }", or one value. */
static int values_read(struct values *values, const struct rule_list *list)
{
	char *rest, *value;

	values->text = rest = strdup(list->values);
	values->list = calloc(strlen(list->values) + 1, sizeof(*values->list));
	if (!values->text || !values->list)
		return -ENOMEM;
	while ((value = strsep(&rest, "{}, "))) {
		if (*value)
			values->list[values->count++] = value;
	}
	qsort(values->list, values->count, sizeof(*values->list),
	      compare_texts);
	return 0;
}

static void values_free(struct values *values)
{
	free(values->text);
	free(values->list);
}

static void values_compare(const struct values *old, const struct values *new,
			   size_t *added, size_t *gone)
{
	size_t i = 0, j = 0, both = 0;

	while (i < old->count && j < new->count) {
		int order = strcmp(old->list[i], new->list[j]);

		both += !order;
		i += order <= 0;
		j += order >= 0;
	}
	*added = new->count - both;
	*gone = old->count - both;
}

/* The old and the new values of a list. */
struct change {
	const struct rule_list *old, *new;
	bool is_known; /* added and gone are known: no values are truncated */
	size_t added, gone;
};

static int change_read(struct change *change)
{
	struct values old = { 0 }, new = { 0 };
	int err;

	if (change->old->is_cut || change->new->is_cut)
		return 0;
	err = values_read(&old, change->old);
	if (!err)
		err = values_read(&new, change->new);
	if (!err)
		values_compare(&old, &new, &change->added, &change->gone);
	change->is_known = !err;
	values_free(&old);
	values_free(&new);
	return err;
}

static const char *entries(size_t count)
{
	return count == 1 ? "entry" : "entries";
}

static void print_words(const struct change *change)
{
	printf("%s: ", change->new->name);
	if (!change->is_known && change->old->count == change->new->count)
		printf("other values, %zu %s as before", change->new->count,
		       entries(change->new->count));
	else if (!change->is_known)
		printf("%zu %s, %zu before", change->new->count,
		       entries(change->new->count), change->old->count);
	else if (change->added && change->gone)
		printf("%zu %s added, %zu gone", change->added,
		       entries(change->added), change->gone);
	else if (change->added)
		printf("%zu %s added", change->added, entries(change->added));
	else
		printf("%zu %s gone", change->gone, entries(change->gone));
	putchar('\n');
}

/* null if the values are truncated and the number is not known. */
static json_t *number_to_json(const struct change *change, size_t number)
{
	return change->is_known ? json_integer(number) : json_null();
}

static json_t *change_to_json(const struct change *change)
{
	return json_pack("{s:o, s:I, s:I, s:o, s:o}", "list",
			 string_to_json(change->new->name), "entries",
			 (json_int_t)change->new->count, "before",
			 (json_int_t)change->old->count, "added",
			 number_to_json(change, change->added), "gone",
			 number_to_json(change, change->gone));
}

/* --- lists of one name */

static int compare_names(const void *a, const void *b)
{
	const struct rule_list *const *one = a, *const *other = b;

	return strcmp((*one)->name, (*other)->name);
}

static const struct rule_list **sort_lists(const struct rule_lines *rules)
{
	const struct rule_list **sorted =
		calloc(rules->list_count + 1, sizeof(*sorted));

	for (uint32_t i = 0; sorted && i < rules->list_count; i++)
		sorted[i] = &rules->lists[i];
	if (sorted)
		qsort(sorted, rules->list_count, sizeof(*sorted),
		      compare_names);
	return sorted;
}

/*
 * Finds the old list with this name. A name has several lists if fields of
 * several kinds use it. Returns NULL if there is no such list, or one of them
 * has the same values.
 */
static const struct rule_list *find_old_list(const struct rule_list **sorted,
					     uint32_t count,
					     const struct rule_list *list)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (strcmp(sorted[middle]->name, list->name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (uint32_t i = low;
	     i < count && !strcmp(sorted[i]->name, list->name); i++) {
		if (sorted[i]->hash == list->hash)
			return NULL;
	}
	return low < count && !strcmp(sorted[low]->name, list->name)
		       ? sorted[low]
		       : NULL;
}

/* Prints the change, or adds it to `list` if that is not NULL. */
static int report_change(const struct rule_list *old,
			 const struct rule_list *new, json_t *list)
{
	struct change change = { .old = old, .new = new };
	int err = change_read(&change);

	if (!err && list)
		add_json_item(list, change_to_json(&change));
	else if (!err)
		print_words(&change);
	return err;
}

int rule_lists_print_changes(const struct rule_lines *old,
			     const struct rule_lines *new, bool json)
{
	const struct rule_list **sorted = sort_lists(old);
	json_t *list = json ? json_array() : NULL;
	int err = sorted ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && i < new->list_count; i++) {
		const struct rule_list *is = &new->lists[i];
		const struct rule_list *was =
			find_old_list(sorted, old->list_count, is);

		if (was)
			err = report_change(was, is, list);
	}
	if (json && !err)
		print_json(stdout, json_incref(list), JSON_COMPACT);
	json_decref(list);
	free(sorted);
	return err;
}
