// SPDX-License-Identifier: GPL-2.0-only
#include "levels.h"

#include <stdlib.h>

static bool init_level(struct dag_level *level, const struct family *family,
		       enum tg_dimension id)
{
	const struct dimension *dimension = &family->dimensions[id];

	level->dimension = dimension;
	level->id = id;
	level->sets = calloc(family->count + 1, sizeof(*level->sets));
	level->list = calloc(family->count + 1, sizeof(*level->list));
	level->by_set = calloc(dimension->set_count, sizeof(*level->by_set));
	level->active = calloc(dimension->set_count, sizeof(*level->active));
	level->next_of_set =
		calloc(family->count + 1, sizeof(*level->next_of_set));
	if (!level->sets || !level->list || !level->by_set || !level->active ||
	    !level->next_of_set)
		return false;
	for (size_t i = 0; i < family->count; i++)
		level->sets[i] = family->rules[i].sets[id];
	return true;
}

/*
 * Numbers each rule's conditions from a level on; equal ones get equal numbers.
 */
static bool number_suffixes(struct dag_levels *levels, size_t depth,
			    size_t rules)
{
	struct dag_level *level = &levels->levels[depth];
	struct hash index = { 0 };
	uint32_t last = 0;
	bool ok = true;

	level->suffixes = calloc(rules + 1, sizeof(*level->suffixes));
	if (!level->suffixes)
		return false;
	if (depth == levels->count)
		return true;
	for (size_t i = 0; i < rules && ok; i++) {
		uint64_t set = level->sets[i];
		uint64_t rest = (level + 1)->suffixes[i];
		uint32_t *number;

		if (!set && !rest)
			continue;
		number = hash_number(&index, hash_mix(set << 32 | rest));
		ok = number;
		if (ok && !*number)
			*number = ++last;
		if (ok)
			level->suffixes[i] = *number;
	}
	hash_free(&index);
	return ok;
}

bool dag_levels_init(struct dag_levels *levels, const struct family *family)
{
	for (int i = 0; i < TG_DIMENSIONS; i++) {
		if (!(family->used & TG_DIM_BIT(i)))
			continue;
		if (!init_level(&levels->levels[levels->count++], family, i))
			return false;
	}
	for (size_t depth = levels->count + 1; depth--;) {
		if (!number_suffixes(levels, depth, family->count))
			return false;
	}
	return true;
}

void dag_levels_free(struct dag_levels *levels)
{
	for (size_t i = 0; i <= levels->count; i++) {
		struct dag_level *level = &levels->levels[i];

		list_memo_free(&level->memo);
		free(level->sets);
		free(level->list);
		free(level->suffixes);
		free(level->by_set);
		free(level->active);
		free(level->next_of_set);
	}
}
