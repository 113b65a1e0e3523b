// SPDX-License-Identifier: GPL-2.0-only
#include "change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry_order.h"

void set_default_deadlines(const struct set_map *map, unsigned int number,
			   struct set_entries *entries, uint32_t now)
{
	uint32_t timeout = set_line(&map->now.memory, number)->timeout;
	uint32_t deadline = timeout ? now + set_units(timeout) : TG_SET_FOREVER;

	for (size_t i = 0; i < entries->count; i++) {
		struct set_entry *entry = &entries->list[i];

		if (entry->is_exception)
			entry->deadline = TG_SET_FOREVER;
		else if (entry->deadline == SET_DEADLINE_DEFAULT)
			entry->deadline = deadline;
	}
}

/* --- add */

/*
 * A count is too high by entries whose deadline was beyond the wheel, or has
 * passed a moment ago: is there room?
 */
static int count_again(struct set_map *map, unsigned int number, bool *has_room)
{
	struct set_counts counts;

	if (!set_table_count(&map->now, 1U << number, tg_set_now(), &counts))
		return set_map_fail(map, -ENOMEM);
	*has_room = counts.entries[number] <
		    set_line(&map->now.memory, number)->size;
	return 0;
}

/* More room, for as many prefixes as are still to come. */
static int make_room(struct set_map *map, unsigned int number, size_t to_come)
{
	uint64_t keys = 2ULL * set_head(&map->now.memory)->buckets;
	int err = set_rebuild(
		map, &(struct set_plan){ .keys = keys, .prefixes = to_come });

	if (!err)
		set_mark_changed(map, number, true);
	return err;
}

static int add_entry(struct set_map *map, unsigned int number,
		     const struct set_entry *entry, size_t to_come,
		     enum set_answer *answer)
{
	bool may_count = true;
	int err = 0;

	for (;;) {
		bool has_room = true;

		*answer = set_table_add(&map->now, number, entry, tg_set_now());
		if (*answer <= SET_KEPT)
			return 0;
		if (*answer == SET_FULL) {
			if (!may_count)
				return 0;
			may_count = false;
			err = count_again(map, number, &has_room);
			if (err || !has_room)
				return err;
		}
		err = make_room(map, number, to_come);
		if (err)
			return err;
	}
}

/* What can be read of a damaged table is kept. */
static int end_change(struct set_map *map, unsigned int number, int err)
{
	if (!map->now.trie.is_damaged) {
		set_mark_changed(map, number, false);
		return err;
	}
	fprintf(stderr,
		"%s: %s: the table was damaged: it is made anew from what "
		"can be read; load the lists again\n",
		program_invocation_short_name, map->pin);
	set_rebuild(map, &(struct set_plan){ 0 });
	return err ? err : -EUCLEAN;
}

int set_add_entries(struct set_map *map, unsigned int number,
		    const struct set_entries *entries, struct set_tally *tally)
{
	int err = 0;

	set_mark_changed(map, number, true);
	for (size_t i = 0; !err && i < entries->count; i++) {
		enum set_answer answer;

		set_table_expect(&map->now, entries, i);
		err = add_entry(map, number, &entries->list[i],
				entries->count - i, &answer);
		if (err)
			break;
		tally->added += answer == SET_ADDED;
		tally->kept += answer == SET_KEPT;
		if (answer == SET_FULL) {
			tally->refused += entries->count - i;
			break;
		}
	}
	return end_change(map, number, err);
}

int set_del_entries(struct set_map *map, unsigned int number,
		    const struct set_entries *entries, struct set_tally *tally)
{
	uint32_t now = tg_set_now();

	set_mark_changed(map, number, true);
	for (size_t i = 0; i < entries->count; i++) {
		set_table_expect(&map->now, entries, i);
		if (set_table_del(&map->now, number, &entries->list[i], now))
			tally->deleted++;
		else
			tally->missing++;
	}
	return end_change(map, number, 0);
}

/* --- count before */

static size_t count_missing(struct set_map *map, unsigned int number,
			    const struct set_entries *entries)
{
	uint32_t now = tg_set_now();
	size_t count = 0;

	for (size_t i = 0; i < entries->count; i++) {
		set_table_expect(&map->now, entries, i);
		count += !set_table_get(&map->now, number, &entries->list[i],
					now);
	}
	return count;
}

/* A copy, sorted and each entry once. */
static bool copy_once(const struct set_entries *entries,
		      struct set_entries *copy)
{
	size_t size = entries->count * sizeof(*entries->list);

	*copy = (struct set_entries){ .list = malloc(size + 1),
				      .count = entries->count };
	if (!copy->list)
		return false;
	memcpy(copy->list, entries->list, size);
	set_entries_sort(copy);
	set_entries_merge(copy);
	return true;
}

bool set_count_new(struct set_map *map, unsigned int number,
		   const struct set_entries *entries, bool is_replaced,
		   size_t room, size_t *count)
{
	struct set_entries once;

	*count = is_replaced ? entries->count
			     : count_missing(map, number, entries);
	if (*count <= room)
		return true;
	if (!copy_once(entries, &once))
		return false;
	*count = is_replaced ? once.count : count_missing(map, number, &once);
	free(once.list);
	return true;
}
