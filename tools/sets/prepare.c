// SPDX-License-Identifier: GPL-2.0-only
#include "prepare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/elf_object.h"
#include "policy_set.h"
#include "rebuild.h"

#define SECTION ".rodata.sets"

/* All sets that the objects declare, each once, with the largest size. */
struct declared {
	struct tg_policy_set sets[TG_SETS];
	unsigned int numbers[TG_SETS]; /* in the table */
	unsigned int count;
	bool has_length[256]; /* by form */
};

struct preparing {
	struct set_map map;
	struct elf_object *objects;
	int count;
	struct declared declared;
};

/* NULL if the object's policy has no sets. */
static struct tg_policy_sets *sets_of(const struct elf_object *object)
{
	size_t size;
	void *section = elf_object_section(object, SECTION, &size);

	return section && size >= sizeof(struct tg_policy_sets) ? section
								: NULL;
}

static int object_fail(const struct elf_object *object, const char *what,
		       const char *name)
{
	fprintf(stderr, "%s: %s: set '%s': %s\n", program_invocation_short_name,
		object->path, name, what);
	return -EINVAL;
}

/* --- what the objects declare */

static int kind_fail(const struct elf_object *object,
		     const struct tg_policy_set *set, unsigned int kind)
{
	fprintf(stderr,
		"%s: %s: set '%s' has %s, and a policy in force has a set "
		"of %s with that name: choose another name\n",
		program_invocation_short_name, object->path, set->name,
		set_kind_name(set->kind), set_kind_name(kind));
	return -EEXIST;
}

static int declare(struct declared *declared, const struct elf_object *object,
		   const struct tg_policy_set *set)
{
	unsigned int i = 0;

	if (!*set->name || !memchr(set->name, '\0', sizeof(set->name)) ||
	    set->kind >= TG_SET_KINDS || !set->size)
		return object_fail(object,
				   "is declared in another version's "
				   "way: compile the policy again",
				   "?");
	while (i < declared->count && strcmp(declared->sets[i].name, set->name))
		i++;
	if (i == TG_SETS)
		return object_fail(object,
				   "is one more than the 32 that a "
				   "table can have",
				   set->name);
	if (i == declared->count) {
		declared->sets[declared->count++] = *set;
		return 0;
	}
	if (declared->sets[i].kind != set->kind)
		return kind_fail(object, set, declared->sets[i].kind);
	if (declared->sets[i].size < set->size)
		declared->sets[i].size = set->size;
	if (declared->sets[i].longest < set->longest)
		declared->sets[i].longest = set->longest;
	declared->sets[i].timeout = set->timeout;
	return 0;
}

static int collect_declared(struct preparing *preparing)
{
	int err = 0;

	for (int i = 0; !err && i < preparing->count; i++) {
		const struct elf_object *object = &preparing->objects[i];
		const struct tg_policy_sets *sets = sets_of(object);

		if (sets && sets->count > TG_SETS)
			err = object_fail(object, "there are too many", "?");
		for (unsigned int j = 0; !err && sets && j < sets->count; j++)
			err = declare(&preparing->declared, object,
				      &sets->sets[j]);
		for (int j = 0; !err && sets && j < TG_POLICY_SET_LENGTHS; j++)
			if (set_form_is_address(sets->lengths[j]))
				preparing->declared
					.has_length[sets->lengths[j]] = true;
	}
	return err;
}

/* --- the table */

/*
 * A number for a new set. That of a forgotten set is for a set of the same name
 * and kind only: a program that runs, or a policy before, may still ask it.
 * Returns TG_SETS if all numbers are taken.
 */
static unsigned int new_number(const struct set_table *table, uint32_t taken,
			       const struct tg_policy_set *declared)
{
	unsigned int number = TG_SETS;

	for (unsigned int i = 0; i < TG_SETS; i++) {
		const struct tg_set *set = set_line(&table->memory, i);

		if (taken >> i & 1)
			continue;
		if (!*set->name && number == TG_SETS)
			number = i;
		if (!strncmp(set->name, declared->name, sizeof(set->name)) &&
		    set->kind == declared->kind)
			return i;
	}
	return number;
}

/* Numbers of sets that the table has, or free ones. */
static int choose_numbers(struct preparing *preparing)
{
	struct declared *declared = &preparing->declared;
	const struct set_table *table = &preparing->map.now;
	uint32_t taken = 0;

	for (unsigned int i = 0; i < TG_SETS; i++)
		if (set_line(&table->memory, i)->is_used)
			taken |= 1U << i;
	for (unsigned int i = 0; i < declared->count; i++) {
		const struct tg_policy_set *set = &declared->sets[i];
		unsigned int number = set_number(table, set->name);
		const struct tg_set *known;

		if (number == TG_SETS)
			number = new_number(table, taken, set);
		if (number == TG_SETS)
			return object_fail(preparing->objects,
					   "is one more than the 32 that a "
					   "table can have, with those that "
					   "were forgotten",
					   set->name);
		known = set_line(&table->memory, number);
		if (known->is_used && known->kind != set->kind)
			return kind_fail(preparing->objects, set, known->kind);
		taken |= 1U << number;
		declared->numbers[i] = number;
	}
	return 0;
}

/* What the table's sets may have together, with those declared. */
static uint64_t keys_needed(const struct preparing *preparing)
{
	const struct set_table *table = &preparing->map.now;
	uint64_t sizes[TG_SETS] = { 0 }, keys = 0;

	for (unsigned int i = 0; i < TG_SETS; i++)
		if (set_line(&table->memory, i)->is_used)
			sizes[i] = set_line(&table->memory, i)->size;
	for (unsigned int i = 0; i < preparing->declared.count; i++) {
		uint64_t *size = &sizes[preparing->declared.numbers[i]];

		if (*size < preparing->declared.sets[i].size)
			*size = preparing->declared.sets[i].size;
	}
	for (unsigned int i = 0; i < TG_SETS; i++)
		keys += sizes[i];
	return keys;
}

static void define_set(struct set_table *table, unsigned int number,
		       const struct tg_policy_set *declared, uint8_t shift)
{
	struct tg_set *set = set_line(&table->memory, number);
	uint32_t now = tg_set_now();

	if (!set->is_used) {
		set_define(table, number, declared->name, declared->kind,
			   declared->size, declared->timeout, now);
		set->shift = shift;
		set->hand = now >> shift;
		return;
	}
	if (set->size < declared->size)
		TG_WRITE(set->size, declared->size);
	TG_WRITE(set->timeout, declared->timeout);
}

static void define_sets(struct preparing *preparing,
			const struct set_plan *plan)
{
	for (unsigned int i = 0; i < preparing->declared.count; i++) {
		unsigned int number = preparing->declared.numbers[i];

		define_set(&preparing->map.now, number,
			   &preparing->declared.sets[i], plan->shifts[number]);
	}
}

/* Those that are registered already need no place. */
static int check_lengths(const struct preparing *preparing)
{
	const struct tg_set_head *head = set_head(&preparing->map.now.memory);
	unsigned int count = 0;

	for (int i = 0; i < TG_SET_LENGTHS; i++)
		count += head->lengths[i] &&
			 !preparing->declared.has_length[head->lengths[i]];
	for (unsigned int form = 1; form < 256; form++)
		count += preparing->declared.has_length[form];
	if (count <= TG_SET_LENGTHS)
		return 0;
	fprintf(stderr,
		"%s: %s: rules add prefixes of %u lengths to sets, with "
		"those of policies before: there can be %u\n",
		program_invocation_short_name, preparing->map.pin, count,
		TG_SET_LENGTHS);
	return -E2BIG;
}

static bool has_new_lengths(const struct preparing *preparing)
{
	for (unsigned int form = 1; form < 256; form++) {
		if (preparing->declared.has_length[form] &&
		    !set_length_is_registered(&preparing->map.now, form))
			return true;
	}
	return false;
}

/*
 * Wheels that cover the times that rules add for. True: that of a set which is
 * in force has to be larger.
 */
static bool choose_wheels(const struct preparing *preparing,
			  struct set_plan *plan)
{
	bool is_larger = false;

	for (unsigned int i = 0; i < preparing->declared.count; i++) {
		const struct tg_policy_set *declared =
			&preparing->declared.sets[i];
		unsigned int number = preparing->declared.numbers[i];
		const struct tg_set *set =
			set_line(&preparing->map.now.memory, number);
		uint32_t timeout = set_units(declared->timeout);

		plan->shifts[number] = set_wheel_shift(
			timeout > declared->longest ? timeout
						    : declared->longest);
		is_larger |= set->is_used && set->shift < plan->shifts[number];
	}
	return is_larger;
}

static int make_table(struct preparing *preparing)
{
	struct set_map *map = &preparing->map;
	struct set_plan plan = { 0 };
	bool is_larger;
	int err = choose_numbers(preparing);

	if (!err)
		err = check_lengths(preparing);
	if (err)
		return err;
	plan.keys = keys_needed(preparing);
	plan.lengths = preparing->declared.has_length;
	is_larger = choose_wheels(preparing, &plan) ||
		    set_head(&map->now.memory)->buckets <
			    set_shape_buckets(plan.keys);
	/* prefixes of a new length move from the trie to the hashed keys */
	if (has_new_lengths(preparing) || is_larger)
		err = set_rebuild(map, &plan);
	if (!err)
		define_sets(preparing, &plan);
	return err;
}

/* The first table: empty, for the sets that are declared. */
static int make_first(struct preparing *preparing)
{
	struct set_shape shape = { .arena = 1024 };
	struct set_next first;
	uint64_t keys = 0;
	int err;

	for (unsigned int i = 0; i < preparing->declared.count; i++)
		keys += preparing->declared.sets[i].size;
	shape.buckets = set_shape_buckets(keys);
	err = set_next_make(&preparing->map, &shape, &first);
	if (err)
		return err;
	err = set_map_create(&preparing->map, &first);
	set_next_close(&first);
	return err;
}

static int open_map(struct preparing *preparing, const char *pin)
{
	int err = set_map_open(&preparing->map, pin, SET_TO_WRITE);

	if (err && err != -ENOENT)
		return err;
	if (!err && !set_map_is_empty(&preparing->map))
		return set_lock_to_change(&preparing->map);
	err = set_map_wait(&preparing->map);
	if (err)
		return err;
	/* another command may have made it meanwhile */
	err = set_map_reopen(&preparing->map);
	return err == -ENOENT || err == -ENODATA ? make_first(preparing) : err;
}

/* --- the numbers */

static unsigned int number_of(const struct declared *declared, const char *name)
{
	unsigned int i = 0;

	while (strcmp(declared->sets[i].name, name))
		i++;
	return declared->numbers[i];
}

/* True if the object has other numbers now. */
static bool set_numbers(const struct declared *declared,
			const struct elf_object *object)
{
	struct tg_policy_sets *sets = sets_of(object);
	bool is_changed = false;

	for (unsigned int i = 0; sets && i < sets->count; i++) {
		struct tg_policy_set *set = &sets->sets[i];
		unsigned int number = number_of(declared, set->name);

		is_changed |= set->number != number;
		set->number = number;
	}
	return is_changed;
}

int set_prepare(const char *pin, struct elf_object *objects, int count,
		bool *is_changed)
{
	struct preparing preparing = {
		.map = { .directory = -1, .outer = -1 },
		.objects = objects,
		.count = count,
	};
	int err = collect_declared(&preparing);

	if (err || (count && !preparing.declared.count))
		return err;
	err = open_map(&preparing, pin);
	if (!err)
		err = make_table(&preparing);
	for (int i = 0; !err && i < count; i++)
		is_changed[i] = set_numbers(&preparing.declared, &objects[i]);
	set_map_close(&preparing.map);
	return err;
}

int set_prepare_files(const char *pin, char *const *paths, int count)
{
	struct elf_object *objects = calloc(count + 1, sizeof(*objects));
	bool *is_changed = calloc(count + 1, sizeof(*is_changed));
	int err = 0;

	if (!objects || !is_changed) {
		fprintf(stderr, "%s: out of memory\n",
			program_invocation_short_name);
		err = -ENOMEM;
	}
	for (int i = 0; !err && i < count; i++)
		err = elf_object_read(&objects[i], paths[i]);
	if (!err)
		err = set_prepare(pin, objects, count, is_changed);
	for (int i = 0; !err && i < count; i++)
		if (is_changed[i])
			err = elf_object_write(&objects[i], paths[i]);
	for (int i = 0; objects && i < count; i++)
		elf_object_free(&objects[i]);
	free(objects);
	free(is_changed);
	return err;
}
