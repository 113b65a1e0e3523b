// SPDX-License-Identifier: GPL-2.0-only
#include "split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"

/* At this interval, a set starts or ends. */
struct dag_event {
	uint32_t interval;
	uint32_t set;
};

static int compare_events(const void *a, const void *b)
{
	const struct dag_event *one = a, *other = b;

	if (one->interval != other->interval)
		return one->interval < other->interval ? -1 : 1;
	return one->set < other->set ? -1 : one->set > other->set;
}

/* Most nodes have fewer groups; these are searched linearly. */
#define GROUPS_FEW 16

/*
 * Most nodes have fewer events; insertion sort is faster than qsort() for
 * these.
 */
#define EVENTS_FEW 24

static void sort_events(struct dag_event *events, size_t count)
{
	if (count > EVENTS_FEW) {
		qsort(events, count, sizeof(*events), compare_events);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct dag_event event = events[i];
		size_t at = i;

		for (; at && compare_events(&events[at - 1], &event) > 0; at--)
			events[at] = events[at - 1];
		events[at] = event;
	}
}

/*
 * Links the rules that use each set, in list order. Returns the number of sets.
 */
static size_t sort_by_set(struct dag_split *split)
{
	struct dag_level *level = split->level;
	size_t runs = 0;

	level->node++;
	for (size_t i = split->count; i--;) {
		uint32_t number = level->sets[split->list[i]];
		struct dag_set *set = &level->by_set[number];

		if (set->node != level->node) {
			*set = (struct dag_set){ .node = level->node,
						 .first = DAG_NO_PLACE };
			runs += level->dimension->sets[number].run_count;
		}
		level->next_of_set[i] = set->first;
		set->first = i;
		set->rules++;
	}
	return runs;
}

static void add_events(struct dag_split *split, uint32_t number)
{
	const struct dimension *dimension = split->level->dimension;
	const struct span_set *set = &dimension->sets[number];

	for (size_t j = 0; j < set->run_count; j++) {
		const struct interval_run *run =
			&dimension->runs[set->first_interval + j];

		split->events[split->event_count++] =
			(struct dag_event){ run->first, number };
		if (run->end < dimension->interval_count)
			split->events[split->event_count++] =
				(struct dag_event){ run->end, number };
	}
}

/* Collects the starts and ends of the list's sets, each set once. */
static bool collect_events(struct dag_split *split)
{
	const struct dag_level *level = split->level;
	size_t count = sort_by_set(split);

	split->events = calloc(2 * count + 1, sizeof(*split->events));
	split->runs = calloc(2 * count + 1, sizeof(*split->runs));
	if (!split->events || !split->runs)
		return false;
	for (size_t i = 0; i < split->count; i++) {
		uint32_t set = level->sets[split->list[i]];

		if (set && level->by_set[set].first == i)
			add_events(split, set);
	}
	sort_events(split->events, split->event_count);
	return true;
}

/* --- active sets */

static void activate(struct dag_level *level, uint32_t number)
{
	struct dag_set *set = &level->by_set[number];

	level->active[level->active_count++] = number;
	set->active_at = level->active_count;
	level->active_rules += set->rules;
}

static void deactivate(struct dag_level *level, uint32_t number)
{
	struct dag_set *set = &level->by_set[number];
	uint32_t last = level->active[--level->active_count];

	level->active[set->active_at - 1] = last;
	level->by_set[last].active_at = set->active_at;
	set->active_at = 0;
	level->active_rules -= set->rules;
}

/* Activates or deactivates a set. Returns the change of the signature. */
static uint64_t toggle(struct dag_level *level, uint32_t set)
{
	if (level->by_set[set].active_at)
		deactivate(level, set);
	else
		activate(level, set);
	return list_tag(set);
}

static void begin_sweep(struct dag_level *level)
{
	level->active_count = level->active_rules = 0;
	if (level->by_set[0].node == level->node)
		activate(level, 0);
}

/* --- lists of groups */

static int compare_places(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/*
 * Positions of rules whose set is active, in order; the array has room for all.
 */
static size_t active_places(const struct dag_split *split, uint32_t *places)
{
	const struct dag_level *level = split->level;
	size_t count = 0;

	for (size_t i = 0; i < level->active_count; i++) {
		uint32_t place = level->by_set[level->active[i]].first;

		for (; place != DAG_NO_PLACE; place = level->next_of_set[place])
			places[count++] = place;
	}
	if (level->active_count > 1)
		qsort(places, count, sizeof(*places), compare_places);
	return count;
}

/*
 * If more than 1/16 of the rules are active, scanning all rules is faster than
 * collecting and sorting positions.
 */
#define GATHER_PART 16
#define GATHER_COST 8

static size_t places_to_see(const struct dag_split *split, uint32_t *places)
{
	size_t count = 0;

	if (split->level->active_rules * GATHER_PART <= split->count) {
		dag_spend(split->work_left,
			  GATHER_COST * split->level->active_rules);
		return active_places(split, places);
	}
	for (size_t i = 0; i < split->count; i++) {
		uint32_t set = split->level->sets[split->list[i]];

		if (split->level->by_set[set].active_at)
			places[count++] = i;
	}
	dag_spend(split->work_left, split->count - count);
	return count;
}

/*
 * The rules whose set is active and that can match first: skips rules with the
 * same remaining conditions as an earlier one, and those after a rule without
 * remaining conditions.
 */
static size_t filter(struct dag_split *split, uint32_t *list)
{
	const uint32_t *suffixes = (split->level + 1)->suffixes;
	size_t places = places_to_see(split, list), count = 0;

	dag_spend(split->work_left, places);
	list_seen_clear(split->seen);
	for (size_t i = 0; i < places; i++) {
		uint32_t rule = split->list[list[i]];
		uint32_t suffix = suffixes[rule];

		if (!list_seen_add(split->seen, suffix))
			continue;
		list[count++] = rule;
		if (!suffix)
			break;
	}
	return count;
}

static int make_list(struct dag_split *split, struct dag_group *group)
{
	uint32_t *list = split->level->list;

	group->count = filter(split, list);
	group->list = malloc((group->count + 1) * sizeof(*list));
	if (!group->list)
		return -ENOMEM;
	memcpy(group->list, list, group->count * sizeof(*list));
	return *split->work_left ? 0 : -E2BIG;
}

static int add_group(struct dag_split *split, uint64_t signature)
{
	struct dag_group group = { .signature = signature };

	if (!vec_reserve(split->groups, split->group_room,
			 split->group_count ? split->group_count + 1
					    : GROUPS_FEW))
		return -ENOMEM;
	split->groups[split->group_count] = group;
	return make_list(split, &split->groups[split->group_count++]);
}

/* Processes events in order, updating active sets and the current group. */
static int sweep(struct dag_split *split)
{
	struct hash index = { 0 };
	uint64_t signature = 0;
	uint32_t start = 0;
	size_t i = 0;
	int err = 0;

	begin_sweep(split->level);
	while (!err) {
		uint32_t *group;

		for (; i < split->event_count &&
		       split->events[i].interval == start;
		     i++)
			signature ^= toggle(split->level, split->events[i].set);
		group = hash_number(&index, hash_mix(signature));
		if (!group) {
			err = -ENOMEM;
			break;
		}
		if (!*group) {
			err = add_group(split, signature);
			*group = split->group_count; /* plus one, as 0 means
							none */
		}
		split->runs[split->run_count++] =
			(struct dag_split_run){ start, *group - 1 };
		if (i == split->event_count)
			break;
		start = split->events[i].interval;
	}
	hash_free(&index);
	return err;
}

void dag_split_free(struct dag_split *split)
{
	for (size_t i = 0; i < split->group_count; i++)
		free(split->groups[i].list);
	free(split->groups);
	free(split->events);
	free(split->runs);
}

int dag_split(struct dag_split *split)
{
	if (!collect_events(split))
		return -ENOMEM;
	if (!dag_spend(split->work_left, split->event_count + split->count))
		return -E2BIG;
	return sweep(split);
}
