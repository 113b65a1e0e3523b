// SPDX-License-Identifier: GPL-2.0-only
#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hook_names.h"
#include "lib/verdict_names.h"

static const char *const sort_names[TOP_SORTS] = {
#define TOP_SORT_WORD(NAME, name) name,
	TOP_SORT_LIST(TOP_SORT_WORD)
#undef TOP_SORT_WORD
};

const char *top_sort_name(enum top_sort sort)
{
	return sort_names[sort];
}

static bool row_has(const struct top_row *row, const char *text)
{
	return strcasestr(row->device, text) ||
	       strcasestr(hook_name(row->hook), text) ||
	       ((row->kind == TOP_PLUGIN || row->kind == TOP_REASON) &&
		strcasestr(verdict_name(row->verdict), text)) ||
	       (row->name && strcasestr(row->name, text)) ||
	       (row->place && strcasestr(row->place, text));
}

/* --- orders: larger rates first, then as they are named */

static int row_compare_names(const struct top_row *a, const struct top_row *b)
{
	int order = strcmp(a->device, b->device);

	if (!order)
		order = a->hook - b->hook;
	if (!order && a->kind == TOP_RULE) {
		/* the default last */
		order = !a->rule - !b->rule;
		if (!order)
			order = (a->rule > b->rule) - (a->rule < b->rule);
		return order ? order : a->is_over - b->is_over;
	}
	if (!order)
		order = a->end - b->end;
	if (!order)
		order = strcmp(a->name ? a->name : "", b->name ? b->name : "");
	return order ? order : a->verdict - b->verdict;
}

static int row_compare(const struct top_row *a, const struct top_row *b,
		       double first, double second)
{
	if (first != second)
		return first > second ? -1 : 1;
	if (a->total.packets != b->total.packets)
		return a->total.packets > b->total.packets ? -1 : 1;
	return row_compare_names(a, b);
}

static int by_packets(const void *a, const void *b)
{
	const struct top_row *first = *(const struct top_row *const *)a;
	const struct top_row *second = *(const struct top_row *const *)b;

	return row_compare(first, second, first->packet_rate,
			   second->packet_rate);
}

static int by_bits(const void *a, const void *b)
{
	const struct top_row *first = *(const struct top_row *const *)a;
	const struct top_row *second = *(const struct top_row *const *)b;

	return row_compare(first, second, first->bit_rate, second->bit_rate);
}

static int by_total(const void *a, const void *b)
{
	return row_compare(*(const struct top_row *const *)a,
			   *(const struct top_row *const *)b, 0, 0);
}

static int by_name(const void *a, const void *b)
{
	return row_compare_names(*(const struct top_row *const *)a,
				 *(const struct top_row *const *)b);
}

int rows_select(const struct top_rows *rows, enum top_kind kind,
		enum top_sort sort, const char *filter,
		const struct top_row ***shown)
{
	static int (*const orders[TOP_SORTS])(const void *, const void *) = {
		[TOP_SORT_PACKETS] = by_packets,
		[TOP_SORT_BITS] = by_bits,
		[TOP_SORT_TOTAL] = by_total,
		[TOP_SORT_NAME] = by_name,
	};
	int count = 0;

	*shown = calloc(rows->count + 1, sizeof(**shown));
	if (!*shown)
		return -ENOMEM;
	for (size_t i = 0; i < rows->count; i++) {
		const struct top_row *row = &rows->list[i];

		if (row->kind == kind && (!*filter || row_has(row, filter)))
			(*shown)[count++] = row;
	}
	qsort(*shown, count, sizeof(**shown), orders[sort]);
	return count;
}
