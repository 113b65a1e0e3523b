// SPDX-License-Identifier: GPL-2.0-only
#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"

static const char *const kind_names[TOP_KINDS] = {
#define TOP_KIND_NAME(NAME, name, title) name,
	TOP_KIND_LIST(TOP_KIND_NAME)
#undef TOP_KIND_NAME
};

static const char *const kind_titles[TOP_KINDS] = {
#define TOP_KIND_TITLE(NAME, name, title) title,
	TOP_KIND_LIST(TOP_KIND_TITLE)
#undef TOP_KIND_TITLE
};

const char *top_kind_name(enum top_kind kind)
{
	return kind_names[kind];
}

const char *top_kind_title(enum top_kind kind)
{
	return kind_titles[kind];
}

/* --- rounds */

uint64_t row_key(enum top_kind kind, const char *device, const char *name,
		 const uint64_t *numbers, int count)
{
	uint64_t hash = hash_mix(kind + 1);

	hash = hash_bytes(hash, device, strlen(device) + 1);
	hash = hash_bytes(hash, name, strlen(name) + 1);
	return hash_bytes(hash, numbers, count * sizeof(*numbers));
}

void rows_begin(struct top_rows *rows)
{
	rows->round++;
}

static struct top_row *rows_add(struct top_rows *rows, enum top_kind kind,
				uint64_t key)
{
	struct top_row *row;

	if (!vec_reserve(rows->list, rows->room, rows->count + 1))
		return NULL;
	row = &rows->list[rows->count++];
	*row = (struct top_row){ .kind = kind, .key = key };
	return row;
}

struct top_row *rows_take(struct top_rows *rows, enum top_kind kind,
			  uint64_t key)
{
	uint32_t *number = hash_number(&rows->index, key);
	struct top_row *row;

	if (!number)
		return NULL;
	row = *number ? &rows->list[*number - 1] : rows_add(rows, kind, key);
	if (!row)
		return NULL;
	*number = row - rows->list + 1;
	if (row->round != rows->round) {
		row->round = rows->round;
		row->delta = (struct tg_counter){ 0 };
		if (kind != TOP_TALKER)
			row->total = row->delta;
		row->from = row->to = 0;
	}
	return row;
}

struct top_row *rows_taken(struct top_rows *rows, uint64_t key)
{
	struct top_row *row;
	size_t step = 0;
	uint32_t number;

	if (!hash_next(&rows->index, key, &step, &number) || !number)
		return NULL;
	row = &rows->list[number - 1];
	return row->round == rows->round ? row : NULL;
}

void row_count(struct top_row *row, const struct tg_counter *total,
	       const struct tg_counter *delta, uint64_t from, uint64_t to)
{
	row->total.packets += total->packets;
	row->total.bytes += total->bytes;
	if (!from)
		return;
	row->delta.packets += delta->packets;
	row->delta.bytes += delta->bytes;
	row->from = from;
	row->to = to;
}

void rows_keep(struct top_rows *rows, const char *device)
{
	for (size_t i = 0; i < rows->count; i++) {
		struct top_row *row = &rows->list[i];

		if (row->round == rows->round || strcmp(row->device, device))
			continue;
		row->round = rows->round;
		row->delta = (struct tg_counter){ 0 };
		row->from = row->to = 0;
	}
}

static void row_free(struct top_row *row)
{
	free(row->name);
	free(row->place);
}

static void row_rate(struct top_row *row)
{
	double seconds = (row->to - row->from) / (double)SECOND_NS;

	if (row->to <= row->from) /* as before */
		return;
	row->packet_rate = row->delta.packets / seconds;
	row->bit_rate = row->delta.bytes * 8 / seconds;
	history_add(&row->history, row->from, row->to, row->delta.packets);
}

int rows_end(struct top_rows *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++) {
		if (rows->list[i].round != rows->round) {
			row_free(&rows->list[i]);
			continue;
		}
		row_rate(&rows->list[i]);
		rows->list[count++] = rows->list[i];
	}
	if (count == rows->count)
		return 0;
	rows->count = count;
	hash_free(&rows->index);
	rows->index = (struct hash){ 0 };
	for (size_t i = 0; i < count; i++) {
		uint32_t *number = hash_number(&rows->index, rows->list[i].key);

		if (!number)
			return -ENOMEM;
		*number = i + 1;
	}
	return 0;
}

void rows_free(struct top_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		row_free(&rows->list[i]);
	free(rows->list);
	hash_free(&rows->index);
	*rows = (struct top_rows){ 0 };
}
