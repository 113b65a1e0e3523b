// SPDX-License-Identifier: GPL-2.0-only
/*
 * The new table is announced first: from then on, rules that change sets change
 * both. Then the entries of the old one are copied, and those of a list added.
 * A writer that is killed leaves a table that nobody looks up; the next writer
 * removes it.
 */
#include "rebuild.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Lines for prefixes that a table starts with. */
#define ARENA_MIN 1024

/* A wide root is 4096 lines: for fewer prefixes it is not worth that. */
#define WIDE_PREFIXES 2000

/* Each try doubles the room. */
#define TRIES 5

static uint64_t declared_keys(const struct set_table *table)
{
	uint64_t keys = 0;

	for (unsigned int i = 0; i < TG_SETS; i++)
		if (set_line(&table->memory, i)->is_used)
			keys += set_line(&table->memory, i)->size;
	return keys;
}

static void count_prefixes(const struct set_entries *entries,
			   uint64_t prefixes[2])
{
	for (size_t i = 0; i < entries->count; i++)
		if (!set_entry_is_hashed(&entries->list[i]))
			prefixes[set_form_is_ip6(entries->list[i].key.form)]++;
}

static int choose_shape(const struct set_map *map, const struct set_plan *plan,
			unsigned int tries, struct set_shape *shape)
{
	uint64_t keys = declared_keys(&map->now), prefixes[2], arena;
	uint32_t mask = ~(plan->emptied | plan->forgotten);
	struct set_counts counts;

	if (!set_table_count(&map->now, mask, tg_set_now(), &counts))
		return set_map_fail(map, -ENOMEM);
	for (int i = 0; i < 2; i++)
		prefixes[i] = counts.prefixes[i];
	if (plan->entries)
		count_prefixes(plan->entries, prefixes);
	if (keys < plan->keys)
		keys = plan->keys;
	arena = set_shape_lines(prefixes[0] + prefixes[1] + plan->prefixes);
	arena = (arena + ARENA_MIN) << tries;
	*shape = (struct set_shape){
		.buckets = set_shape_buckets(keys << tries),
		.arena = arena < TG_SET_LINES_MAX ? arena : TG_SET_LINES_MAX,
	};
	for (int i = 0; i < 2; i++)
		shape->is_wide[i] =
			prefixes[i] + plan->prefixes > WIDE_PREFIXES;
	return 0;
}

/* --- the sets of the new table */

static uint8_t max_shift(uint8_t a, uint8_t b)
{
	return a > b ? a : b;
}

/* Whatever rules add meanwhile, there is room for the entries to be copied. */
static void define_sets(const struct set_map *map, const struct set_plan *plan,
			struct set_table *table)
{
	memcpy(set_head(&table->memory)->lengths,
	       set_head(&map->now.memory)->lengths, TG_SET_LENGTHS);
	for (unsigned int form = 1; plan->lengths && form < 256; form++)
		if (plan->lengths[form])
			set_length_register(table, form);
	for (unsigned int i = 0; i < TG_SETS; i++) {
		const struct tg_set *set = set_line(&map->now.memory, i);
		struct tg_set *copy = set_line(&table->memory, i);

		if (!set->is_used || plan->forgotten >> i & 1) {
			/* the number stays that of this name and kind */
			memcpy(copy->name, set->name, sizeof(copy->name));
			copy->kind = set->kind;
			continue;
		}
		set_define(table, i, set->name, set->kind, UINT32_MAX,
			   set->timeout, tg_set_now());
		copy->refused = set->refused;
		copy->shift = max_shift(set->shift, plan->shifts[i]);
		copy->hand = tg_set_now() >> copy->shift;
	}
}

static void limit_sets(const struct set_map *map, struct set_table *table)
{
	for (unsigned int i = 0; i < TG_SETS; i++) {
		const struct tg_set *set = set_line(&map->now.memory, i);

		if (set_line(&table->memory, i)->is_used)
			TG_WRITE(set_line(&table->memory, i)->size, set->size);
	}
}

static enum set_answer add_entries(struct set_table *table,
				   const struct set_plan *plan)
{
	const struct set_entries *entries = plan->entries;

	for (size_t i = 0; entries && i < entries->count; i++) {
		enum set_answer answer;

		set_table_expect(table, entries, i);
		answer = set_table_add(table, plan->number, &entries->list[i],
				       tg_set_now());

		if (answer > SET_KEPT)
			return answer;
	}
	return SET_KEPT;
}

/* -EAGAIN without a message if the room does not suffice. */
static int try_rebuild(struct set_map *map, const struct set_plan *plan,
		       unsigned int tries)
{
	uint32_t mask = ~(plan->emptied | plan->forgotten);
	enum set_answer answer;
	struct set_shape shape;
	struct set_next next;
	int err = choose_shape(map, plan, tries, &shape);

	if (!err)
		err = set_next_make(map, &shape, &next);
	if (err)
		return err;
	define_sets(map, plan, &next.table);
	err = set_next_announce(map, &next);
	if (err) {
		set_next_close(&next);
		return err;
	}
	answer = set_table_copy(&map->now, &next.table, mask, tg_set_now());
	if (answer == SET_KEPT)
		answer = add_entries(&next.table, plan);
	if (answer != SET_KEPT) {
		set_next_withdraw(map, &next);
		return -EAGAIN;
	}
	limit_sets(map, &next.table);
	return set_next_commit(map, &next);
}

int set_rebuild(struct set_map *map, const struct set_plan *plan)
{
	int err = -EAGAIN;

	for (unsigned int i = 0; i < TRIES && err == -EAGAIN; i++)
		err = try_rebuild(map, plan, i);
	return err == -EAGAIN ? set_map_fail(map, -ENOMEM) : err;
}

/* --- what a killed writer has left */

static bool is_changed(const struct set_table *table)
{
	for (unsigned int i = 0; i < TG_SETS; i++)
		if (set_line(&table->memory, i)->flags & SET_IS_CHANGED)
			return true;
	return false;
}

int set_lock_to_change(struct set_map *map)
{
	int err = set_map_lock(map);

	if (!err && is_changed(&map->now))
		err = set_rebuild(map, &(struct set_plan){ 0 });
	return err;
}

void set_mark_changed(struct set_map *map, unsigned int number, bool is_so)
{
	struct tg_set *set = set_line(&map->now.memory, number);

	TG_WRITE(set->flags, is_so ? set->flags | SET_IS_CHANGED
				   : set->flags & ~SET_IS_CHANGED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
