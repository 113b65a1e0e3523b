// SPDX-License-Identifier: GPL-2.0-only
/* tg-sets load, replace, flush and forget: whole lists. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "entry_order.h"
#include "lib/slurp.h"

/* Bytes: the longest line of `save`, and for all files some comments. */
#define LINE_ROOM 128
#define FILE_ROOM ((size_t)64 << 20)

/* A file may have the lists of all sets, each of its size. */
static size_t list_limit(const struct set_map *map)
{
	size_t limit = FILE_ROOM;

	for (unsigned int i = 0; i < TG_SETS; i++) {
		const struct tg_set *set = set_line(&map->now.memory, i);

		if (set->is_used)
			limit += (size_t)set->size * LINE_ROOM;
	}
	return limit;
}

/* The list is read without the lock: it may come from a slow pipe. */
static bool read_list(const struct pin_command *command, size_t limit,
		      struct set_reading *reading)
{
	const char *path = command->words[1];
	size_t size;
	char *text = slurp(path, limit, &size);
	bool is_right;

	if (!text)
		return false;
	is_right = set_read_text(reading, text, size);
	free(text);
	if (!is_right) {
		fprintf(stderr, "%s: out of memory\n",
			program_invocation_short_name);
		return false;
	}
	set_read_end(reading);
	if (reading->bad && !(command->options & SET_OPTION_SKIP_BAD)) {
		fprintf(stderr,
			"%s: %s: %zu bad line%s: nothing was changed "
			"(--skip-bad leaves them out)\n",
			program_invocation_short_name, path, reading->bad,
			reading->bad == 1 ? "" : "s");
		return false;
	}
	return set_command_apply(command, &reading->entries);
}

/* The entries of the set whose deadline has not passed. False: no memory. */
static bool count_present(const struct set_map *map, unsigned int number,
			  uint32_t *count)
{
	struct set_counts counts;

	if (!set_table_count(&map->now, 1U << number, tg_set_now(), &counts))
		return false;
	*count = counts.entries[number];
	return true;
}

/* Whether all fit in: no entry is added if not. */
static bool fits(struct set_map *map, const char *name, unsigned int number,
		 const struct set_entries *entries, bool is_replaced)
{
	const struct tg_set *set = set_line(&map->now.memory, number);
	uint32_t before = is_replaced ? 0 : set->count, size = set->size;
	size_t count = entries->count;

	if (before + count <= size)
		return true;
	if ((!is_replaced && !count_present(map, number, &before)) ||
	    !set_count_new(map, number, entries, is_replaced,
			   size > before ? size - before : 0, &count)) {
		set_map_fail(map, -ENOMEM);
		return false;
	}
	if (!count || before + count <= size)
		return true;
	fprintf(stderr,
		"%s: set '%s' would be too full: its 'size' is %u, it has "
		"%u entries and the list has %zu others; none was added\n",
		program_invocation_short_name, name, size, before, count);
	return false;
}

static int load(struct set_map *map, const char *name, unsigned int number,
		struct set_entries *entries, bool is_replaced)
{
	struct set_tally tally = { 0 };
	int err;

	set_default_deadlines(map, number, entries, tg_set_now());
	if (!fits(map, name, number, entries, is_replaced))
		return PIN_FAILED;
	/* neighbours' nodes and records come to lie together */
	set_entries_sort_prefixes(entries);
	if (is_replaced)
		err = set_rebuild(map,
				  &(struct set_plan){ .emptied = 1U << number,
						      .entries = entries,
						      .number = number });
	else
		err = set_add_entries(map, number, entries, &tally);
	if (tally.refused)
		set_command_full(map, name, number, &tally);
	return err || tally.refused ? PIN_FAILED : PIN_DONE;
}

static int load_list(const struct pin_command *command, bool is_replaced)
{
	const char *name = command->words[0];
	struct set_reading reading;
	int status = PIN_FAILED;
	struct set_map map;
	unsigned int number, kind;
	size_t limit;

	if (!set_command_open(command, SET_TO_WRITE, &map, &number))
		return PIN_FAILED;
	kind = set_line(&map.now.memory, number)->kind;
	limit = list_limit(&map);
	set_map_unlock(&map);
	reading = set_reading_of(command->words[1], name, kind, tg_set_now());
	if (!read_list(command, limit, &reading) || set_lock_to_change(&map))
		goto out;
	number = set_number(&map.now, name);
	if (number < TG_SETS && set_line(&map.now.memory, number)->kind == kind)
		status =
			load(&map, name, number, &reading.entries, is_replaced);
	else
		fprintf(stderr, "%s: set '%s' is no longer there\n",
			program_invocation_short_name, name);
out:
	set_reading_free(&reading);
	set_map_close(&map);
	return status;
}

int set_cmd_load(const struct pin_command *command)
{
	return load_list(command, false);
}

int set_cmd_replace(const struct pin_command *command)
{
	return load_list(command, true);
}

static int rebuild_without(const struct pin_command *command, bool is_forgotten)
{
	struct set_plan plan = { 0 };
	struct set_map map;
	unsigned int number;
	int err;

	if (!set_command_open(command, SET_TO_WRITE, &map, &number))
		return PIN_FAILED;
	if (is_forgotten)
		plan.forgotten = 1U << number;
	else
		plan.emptied = 1U << number;
	err = set_rebuild(&map, &plan);
	set_map_close(&map);
	return err ? PIN_FAILED : PIN_DONE;
}

int set_cmd_flush(const struct pin_command *command)
{
	return rebuild_without(command, false);
}

int set_cmd_forget(const struct pin_command *command)
{
	return rebuild_without(command, true);
}
