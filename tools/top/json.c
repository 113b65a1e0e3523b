// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/hook_names.h"
#include "lib/json_print.h"
#include "lib/verdict_names.h"
#include "lines.h"

/* --- rows */

static json_t *numbers_to_json(const struct top_row *row)
{
	return json_pack("{s:I, s:I, s:f, s:f, s:I, s:I}", "packets",
			 (json_int_t)row->delta.packets, "bytes",
			 (json_int_t)row->delta.bytes, "packets_per_second",
			 row->packet_rate, "bits_per_second", row->bit_rate,
			 "total_packets", (json_int_t)row->total.packets,
			 "total_bytes", (json_int_t)row->total.bytes);
}

static json_t *rule_to_json(const struct top_row *row)
{
	return json_pack("{s:I, s:b, s:o, s:o}", "rule", (json_int_t)row->rule,
			 "over", row->is_over, "place",
			 string_to_json(row->place), "text",
			 string_to_json(row->name));
}

static json_t *row_to_json(const struct top_row *row)
{
	static const char *const ends[TOP_ENDS] = {
		[TOP_FROM] = "from",
		[TOP_TO] = "to",
		[TOP_PORT] = "to port",
	};
	json_t *object =
		json_pack("{s:o, s:s}", "device", string_to_json(row->device),
			  "hook", hook_name(row->hook));

	switch (row->kind) {
	case TOP_HOOK:
		add_json_members(object,
				 json_pack("{s:s}", "result", row->name));
		break;
	case TOP_PLUGIN:
		add_json_members(object, json_pack("{s:s, s:s}", "plugin",
						   row->name, "verdict",
						   verdict_name(row->verdict)));
		break;
	case TOP_REASON:
		add_json_members(object, json_pack("{s:s, s:s}", "verdict",
						   verdict_name(row->verdict),
						   "reason", row->name));
		break;
	case TOP_RULE:
		add_json_members(object, rule_to_json(row));
		break;
	default:
		add_json_members(object,
				 json_pack("{s:s, s:s}", "end", ends[row->end],
					   "name", row->name));
	}
	add_json_members(object, numbers_to_json(row));
	return object;
}

/* All that had packets since the sample before, and all hooks. */
static int rows_to_json(const struct top *top,
			const struct top_options *options, enum top_kind kind,
			json_t *document)
{
	const struct top_row **rows;
	json_t *list = json_array();
	int count = rows_select(&top->rows, kind, options->sort,
				options->filter, &rows);

	for (int i = 0; i < count; i++) {
		if (kind == TOP_HOOK || rows[i]->delta.packets)
			add_json_item(list, row_to_json(rows[i]));
	}
	free(rows);
	add_json_members(document,
			 json_pack("{s:o}", top_kind_name(kind), list));
	return count < 0 ? count : 0;
}

/* --- tables and notes */

static json_t *fill_to_json(const struct top_fill *fill)
{
	static const char *const tables[] = { "flows", "limits", "set" };

	return json_pack(
		"{s:o, s:s, s:o, s:I, s:I, s:I}", "device",
		string_to_json(fill->device), "table", tables[fill->table],
		"name", string_to_json(*fill->name ? fill->name : NULL), "used",
		(json_int_t)fill->used, "room", (json_int_t)fill->room,
		"refused", (json_int_t)fill->refused);
}

static json_t *note_to_json(const struct top_note *note)
{
	return json_pack("{s:o, s:o}", "device", string_to_json(note->device),
			 "text", string_to_json(note->text));
}

static json_t *sampling_to_json(const struct talkers *talkers)
{
	if (!talkers)
		return json_null();
	return json_pack("{s:I, s:I}", "one_of", (json_int_t)talkers->sample,
			 "packets", (json_int_t)talkers->taken);
}

int lines_print_json(const struct top *top, const struct top_options *options,
		     const struct talkers *talkers)
{
	json_t *document, *fills = json_array(), *notes = json_array();
	struct timespec now;
	int err = 0;

	clock_gettime(CLOCK_REALTIME, &now);
	document =
		json_pack("{s:f, s:f}", "time", now.tv_sec + now.tv_nsec / 1e9,
			  "seconds", (top->time - top->before) / 1e9);
	for (int kind = 0; kind < TOP_KINDS; kind++) {
		if (rows_to_json(top, options, kind, document))
			err = -ENOMEM;
	}
	for (size_t i = 0; i < top->fills.count; i++)
		add_json_item(fills, fill_to_json(&top->fills.list[i]));
	for (size_t i = 0; i < top->note_count; i++)
		add_json_item(notes, note_to_json(&top->notes[i]));
	add_json_members(document, json_pack("{s:o, s:o, s:o}", "sampling",
					     sampling_to_json(talkers),
					     "tables", fills, "notes", notes));
	print_json(stdout, document, JSON_COMPACT);
	return err;
}
