// SPDX-License-Identifier: GPL-2.0-only
/* tg-sets list, show, save and test: they read, and change nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "entry_order.h"
#include "lib/json_print.h"
#include "lib/time_text.h"
#include "lib/vec.h"
#include "table_find.h"

/* --- list */

static void list_set(json_t *list, const struct tg_set *set, uint32_t entries)
{
	char timeout[TIME_TEXT_SIZE] = "-";

	if (list) {
		add_json_item(list,
			      json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}",
					"name", set->name, "kind",
					set_kind_name(set->kind), "entries",
					(json_int_t)entries, "size",
					(json_int_t)set->size, "timeout",
					(json_int_t)set->timeout, "refused",
					(json_int_t)set->refused));
		return;
	}
	if (set->timeout)
		time_text_print(timeout, set->timeout);
	printf("%-24s %-14s %10u %10u %8s %10u\n", set->name,
	       set_kind_name(set->kind), entries, set->size, timeout,
	       set->refused);
}

int set_cmd_list(const struct pin_command *command)
{
	json_t *list = NULL;
	struct set_counts counts;
	struct set_map map;
	bool is_right;

	if (!set_command_open(command, SET_TO_READ, &map, NULL))
		return PIN_FAILED;
	is_right = set_table_count(&map.now, ~0U, tg_set_now(), &counts);
	set_map_unlock(&map);
	if (!is_right) {
		set_map_fail(&map, -ENOMEM);
		set_map_close(&map);
		return PIN_FAILED;
	}
	if (command->options & PIN_JSON)
		list = json_array();
	else
		printf("%-24s %-14s %10s %10s %8s %10s\n", "NAME", "KIND",
		       "ENTRIES", "SIZE", "TIMEOUT", "REFUSED");
	for (unsigned int i = 0; i < TG_SETS; i++) {
		const struct tg_set *set = set_line(&map.now.memory, i);

		if (set->is_used)
			list_set(list, set, counts.entries[i]);
	}
	if (list)
		print_json(stdout,
			   json_pack("{s:o, s:I}", "sets", list, "bytes",
				     (json_int_t)map.now.memory.lines *
					     TG_SET_LINE),
			   JSON_COMPACT);
	set_map_close(&map);
	return PIN_DONE;
}

/* --- show and save: all entries, in order */

struct collecting {
	struct set_entries entries;
	unsigned int number;
};

static bool collect(struct collecting *collecting,
		    const struct set_found *found, bool is_exception)
{
	struct set_entries *entries = &collecting->entries;

	if (!vec_reserve(entries->list, entries->room, entries->count + 1))
		return false;
	entries->list[entries->count++] = (struct set_entry){
		.key = found->key,
		.deadline = is_exception ? TG_SET_FOREVER : found->deadline,
		.is_exception = is_exception,
	};
	return true;
}

static bool collect_found(void *context, const struct set_found *found)
{
	struct collecting *collecting = context;
	uint32_t bit = 1U << collecting->number;

	return (!(found->sets & bit) || collect(collecting, found, false)) &&
	       (!(found->exceptions & bit) || collect(collecting, found, true));
}

/* False after a message. */
static bool collect_set(const struct set_map *map, unsigned int number,
			struct set_entries *entries)
{
	struct collecting collecting = { .number = number };

	if (!set_table_visit(&map->now, tg_set_now(), collect_found,
			     &collecting)) {
		set_map_fail(map, -ENOMEM);
		free(collecting.entries.list);
		return false;
	}
	*entries = collecting.entries;
	set_entries_sort(entries);
	set_entries_merge(entries);
	return true;
}

static uint64_t seconds_left(const struct set_entry *entry, uint32_t now)
{
	return entry->deadline > now ? set_seconds(entry->deadline - now) : 0;
}

static json_t *entry_json(const struct set_entry *entry, uint32_t now)
{
	struct set_entry plain = *entry;
	char text[SET_TEXT_SIZE];
	json_t *object;

	plain.is_exception = false;
	set_entry_print(text, &plain);
	object = json_pack("{s:s}", "entry", text);
	if (entry->is_exception)
		add_json_members(object, json_pack("{s:b}", "except", 1));
	if (entry->deadline != TG_SET_FOREVER)
		add_json_members(object, json_pack("{s:I}", "left",
						   (json_int_t)seconds_left(
							   entry, now)));
	return object;
}

/* A million entries are printed one by one. */
static void show_json(const struct tg_set *set,
		      const struct set_entries *entries, uint32_t now)
{
	printf("{\"name\":\"%s\",\"kind\":\"%s\",\"entries\":[", set->name,
	       set_kind_name(set->kind));
	for (size_t i = 0; i < entries->count; i++) {
		json_t *object = entry_json(&entries->list[i], now);

		if (i)
			putchar(',');
		json_dumpf(object, stdout, JSON_COMPACT);
		json_decref(object);
	}
	puts("]}");
}

static void show_text(const struct set_entries *entries, uint32_t now)
{
	char text[SET_TEXT_SIZE], left[TIME_TEXT_SIZE];

	for (size_t i = 0; i < entries->count; i++) {
		set_entry_print(text, &entries->list[i]);
		if (entries->list[i].deadline == TG_SET_FOREVER) {
			puts(text);
			continue;
		}
		time_text_print(left, seconds_left(&entries->list[i], now));
		printf("%-44s %s\n", text, left);
	}
}

int set_cmd_show(const struct pin_command *command)
{
	struct set_entries entries;
	struct set_map map;
	unsigned int number;
	bool is_right;

	if (!set_command_open(command, SET_TO_READ, &map, &number))
		return PIN_FAILED;
	is_right = collect_set(&map, number, &entries);
	set_map_unlock(&map);
	if (is_right && command->options & PIN_JSON)
		show_json(set_line(&map.now.memory, number), &entries,
			  tg_set_now());
	else if (is_right)
		show_text(&entries, tg_set_now());
	if (is_right)
		free(entries.list);
	set_map_close(&map);
	return is_right ? PIN_DONE : PIN_FAILED;
}

/* In a set with a timeout, "forever" has to be said. */
static void save_entries(const struct tg_set *set,
			 const struct set_entries *entries, const char *indent)
{
	uint32_t now = tg_set_now();
	time_t wall = time(NULL);
	char text[SET_TEXT_SIZE], until[32];

	for (size_t i = 0; i < entries->count; i++) {
		const struct set_entry *entry = &entries->list[i];
		time_t end = wall + seconds_left(entry, now);
		struct tm tm;

		set_entry_print(text, entry);
		if (entry->deadline != TG_SET_FOREVER) {
			strftime(until, sizeof(until), "%Y-%m-%dT%H:%M:%SZ",
				 gmtime_r(&end, &tm));
			printf("%s%s # until %s\n", indent, text, until);
		} else if (set->timeout && !entry->is_exception) {
			printf("%s%s # until forever\n", indent, text);
		} else {
			printf("%s%s\n", indent, text);
		}
	}
}

static bool save_set(const struct set_map *map, unsigned int number,
		     bool has_section)
{
	const struct tg_set *set = set_line(&map->now.memory, number);
	struct set_entries entries;

	if (!collect_set(map, number, &entries))
		return false;
	if (has_section)
		printf("set %s {\n", set->name);
	save_entries(set, &entries, has_section ? "\t" : "");
	if (has_section)
		puts("}");
	free(entries.list);
	return true;
}

int set_cmd_save(const struct pin_command *command)
{
	bool is_all = !command->count, is_right = true;
	unsigned int number;
	struct set_map map;

	if (!set_command_open(command, SET_TO_READ, &map,
			      is_all ? NULL : &number))
		return PIN_FAILED;
	if (!is_all)
		is_right = save_set(&map, number, false);
	for (unsigned int i = 0; is_all && is_right && i < TG_SETS; i++)
		if (set_line(&map.now.memory, i)->is_used)
			is_right = save_set(&map, i, true);
	set_map_close(&map);
	return is_right ? PIN_DONE : PIN_FAILED;
}
