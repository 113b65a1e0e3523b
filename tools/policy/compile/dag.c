// SPDX-License-Identifier: GPL-2.0-only
/*
 * A node stands for the rules that may still decide after some fields have been
 * asked: a list in the order of the policy, without those that can no longer
 * be the first. The next field splits it into a list for each run of values;
 * equal lists are one node.
 */
#include "dag.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dag_levels.h"
#include "dag_list.h"
#include "dag_nodes.h"
#include "dag_rows.h"

struct run {
	uint32_t interval; /* where it starts */
	uint32_t group;
};

struct group {
	uint64_t signature; /* of the sets that are met here */
	uint32_t *list;
	size_t count;
	uint32_t child;
};

/* A set of this node's rules starts or ends to hold at an interval. */
struct event {
	uint32_t interval;
	uint32_t set;
};

struct dag {
	const struct family *family;
	const struct dag_limits *limits;
	size_t work;
	struct dag_levels levels;
	struct dag_nodes nodes;
	struct list_seen seen; /* suffixes that a list has already */
	int err;
};

static void spend(struct dag *dag, size_t work)
{
	dag->work += work;
	if (dag->work > dag->limits->work)
		dag->err = -E2BIG;
}

/* --- splitting a list */

struct split {
	struct dag *dag;
	struct dag_level *level;
	const uint32_t *list;
	size_t count;
	struct event *events;
	size_t event_count;
	struct run *runs;
	size_t run_count;
	struct group *groups;
	size_t group_count, group_room;
};

static int compare_events(const void *a, const void *b)
{
	const struct event *one = a, *other = b;

	if (one->interval != other->interval)
		return one->interval < other->interval ? -1 : 1;
	return one->set < other->set ? -1 : one->set > other->set;
}

/* Most nodes have few, and qsort() is slow to begin. */
#define EVENTS_FEW 24

static void sort_events(struct event *events, size_t count)
{
	if (count > EVENTS_FEW) {
		qsort(events, count, sizeof(*events), compare_events);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		struct event event = events[i];
		size_t at = i;

		for (; at && compare_events(&events[at - 1], &event) > 0; at--)
			events[at] = events[at - 1];
		events[at] = event;
	}
}

/* Which rules of the list have which set: each set's in order. */
static size_t sort_by_set(struct split *split)
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

static void add_events(struct split *split, uint32_t number)
{
	const struct dimension *dimension = split->level->dimension;
	const struct span_set *set = &dimension->sets[number];

	for (size_t j = 0; j < set->run_count; j++) {
		const struct interval_run *run =
			&dimension->runs[set->first_interval + j];

		split->events[split->event_count++] =
			(struct event){ run->first, number };
		if (run->end < dimension->interval_count)
			split->events[split->event_count++] =
				(struct event){ run->end, number };
	}
}

/* Where the sets of the list start and end to hold; each set is taken once. */
static bool collect_events(struct split *split)
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

/* --- the sets that hold where the sweep is */

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

/* Returns what changes in the signature. */
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

/* --- the lists of the groups */

static int compare_places(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* Places in the list whose sets hold, in order; room for all is in places. */
static size_t active_places(const struct split *split, uint32_t *places)
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

/* To look at all rules is faster than to gather and to sort so many. */
#define GATHER_PART 16
#define GATHER_COST 8

static size_t places_to_see(const struct split *split, uint32_t *places)
{
	size_t count = 0;

	if (split->level->active_rules * GATHER_PART <= split->count) {
		spend(split->dag, GATHER_COST * split->level->active_rules);
		return active_places(split, places);
	}
	for (size_t i = 0; i < split->count; i++) {
		uint32_t set = split->level->sets[split->list[i]];

		if (split->level->by_set[set].active_at)
			places[count++] = i;
	}
	spend(split->dag, split->count - count);
	return count;
}

/*
 * The rules whose set holds in the current run, and that can be the first to
 * hold: not those that ask for nothing else than an earlier one does, and none
 * after one that asks for nothing more.
 */
static size_t filter(struct split *split, uint32_t *list)
{
	const uint32_t *suffixes = (split->level + 1)->suffixes;
	size_t places = places_to_see(split, list), count = 0;

	spend(split->dag, places);
	list_seen_clear(&split->dag->seen);
	for (size_t i = 0; i < places; i++) {
		uint32_t rule = split->list[list[i]];
		uint32_t suffix = suffixes[rule];

		if (!list_seen_add(&split->dag->seen, suffix))
			continue;
		list[count++] = rule;
		if (!suffix)
			break;
	}
	return count;
}

static int make_list(struct split *split, struct group *group)
{
	uint32_t *list = split->level->list;

	group->count = filter(split, list);
	group->list = malloc((group->count + 1) * sizeof(*list));
	if (!group->list)
		return -ENOMEM;
	memcpy(group->list, list, group->count * sizeof(*list));
	return split->dag->err;
}

static int add_group(struct split *split, uint64_t signature)
{
	struct group group = { .signature = signature };

	if (split->group_count == split->group_room) {
		size_t room = split->group_room ? split->group_room * 2 : 16;
		struct group *groups =
			reallocarray(split->groups, room, sizeof(*groups));

		if (!groups)
			return -ENOMEM;
		split->groups = groups;
		split->group_room = room;
	}
	split->groups[split->group_count] = group;
	return make_list(split, &split->groups[split->group_count++]);
}

/* From event to event: which sets hold, and the group that goes with them. */
static int sweep(struct split *split)
{
	struct list_index index = { 0 };
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
		group = list_index_at(&index, signature);
		if (!group) {
			err = -ENOMEM;
			break;
		}
		if (!*group) {
			err = add_group(split, signature);
			*group = split->group_count; /* + 1 */
		}
		split->runs[split->run_count++] =
			(struct run){ start, *group - 1 };
		if (i == split->event_count)
			break;
		start = split->events[i].interval;
	}
	list_index_free(&index);
	return err;
}

static void split_free(struct split *split)
{
	for (size_t i = 0; i < split->group_count; i++)
		free(split->groups[i].list);
	free(split->groups);
	free(split->events);
	free(split->runs);
}

/* --- nodes */

static uint32_t node_for(struct dag *dag, size_t depth, const uint32_t *list,
			 size_t count);

/* The first class whose first interval is not before this one. */
static uint32_t class_from(const struct dimension *dimension, uint32_t interval)
{
	uint32_t from = 0, to = dimension->class_count;

	while (from < to) {
		uint32_t middle = (from + to) / 2;

		if (dimension->first_of_class[middle] < interval)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Classes come in the order of their first intervals, as the runs do. */
static size_t runs_of_classes(const struct split *split, struct dag_run *runs)
{
	const struct dimension *dimension = split->level->dimension;
	size_t count = 0;

	for (size_t i = 0; i < split->run_count; i++) {
		uint32_t child = split->groups[split->runs[i].group].child;
		uint32_t class = class_from(dimension, split->runs[i].interval);

		/* no class begins in the run before */
		if (count && runs[count - 1].class == class)
			count--;
		if (class < dimension->class_count &&
		    (!count || runs[count - 1].child != child))
			runs[count++] = (struct dag_run){ class, child };
	}
	return count;
}

static uint32_t add_node(struct split *split, size_t depth)
{
	struct dag *dag = split->dag;
	struct dag_run *runs = calloc(split->run_count, sizeof(*runs));
	uint32_t child = 0;
	size_t count;

	if (!runs) {
		dag->err = -ENOMEM;
		return 0;
	}
	count = runs_of_classes(split, runs);
	spend(dag, count);
	/* what has nothing to ask any more asks nothing here */
	if (count == 1 && runs[0].child & DAG_LEAF)
		child = runs[0].child;
	else if (!dag_nodes_add(&dag->nodes, depth, runs, count, &child))
		dag->err = -ENOMEM;
	else if (dag_nodes_size(&dag->nodes) > dag->limits->size)
		dag->err = -E2BIG;
	free(runs);
	return child;
}

static uint32_t split_list(struct dag *dag, size_t depth, const uint32_t *list,
			   size_t count)
{
	struct split split = { .dag = dag,
			       .level = &dag->levels.levels[depth],
			       .list = list,
			       .count = count };
	uint32_t child = 0;
	int err = collect_events(&split) ? sweep(&split) : -ENOMEM;

	if (err && !dag->err)
		dag->err = err;
	spend(dag, split.event_count + count);
	for (size_t i = 0; i < split.group_count && !dag->err; i++) {
		struct group *group = &split.groups[i];

		group->child =
			node_for(dag, depth + 1, group->list, group->count);
		free(group->list);
		group->list = NULL;
	}
	if (!dag->err)
		child = add_node(&split, depth);
	split_free(&split);
	return child;
}

/* The list is as short as filter() makes it for this level. */
static uint32_t node_for(struct dag *dag, size_t depth, const uint32_t *list,
			 size_t count)
{
	struct dag_level *level = &dag->levels.levels[depth];
	uint32_t child;

	if (!count)
		return DAG_LEAF;
	if (!level->suffixes[list[0]])
		return DAG_LEAF | dag->family->rules[list[0]].number;
	if (list_memo_find(&level->memo, list, count, &child))
		return child;
	child = split_list(dag, depth, list, count);
	if (!dag->err && !list_memo_add(&level->memo, list, count, child))
		dag->err = -ENOMEM;
	return child;
}

/* All rules, without those that ask what an earlier one asks. */
static size_t first_list(struct dag *dag, uint32_t *list)
{
	const uint32_t *suffixes = dag->levels.levels[0].suffixes;
	size_t count = 0;

	list_seen_clear(&dag->seen);
	for (size_t i = 0; i < dag->family->count; i++) {
		if (!list_seen_add(&dag->seen, suffixes[i]))
			continue;
		list[count++] = i;
		if (!suffixes[i])
			break;
	}
	return count;
}

int dag_build(struct blob *blob, const struct family *family, uint32_t leaves,
	      const struct dag_limits *limits,
	      struct tg_policy_family *constants)
{
	struct dag dag = { .family = family, .limits = limits };
	struct dag_finished finished = { .nodes = &dag.nodes,
					 .leaves = leaves,
					 .only_short = limits->only_short };
	uint32_t *list = malloc((family->count + 1) * sizeof(*list));

	if (!list || !dag_levels_init(&dag.levels, family) ||
	    !list_seen_init(&dag.seen, family->count + 1) ||
	    !dag_nodes_init(&dag.nodes, &dag.levels))
		dag.err = -ENOMEM;
	if (!dag.err)
		finished.root = node_for(&dag, 0, list, first_list(&dag, list));
	if (!dag.err)
		dag.err = dag_rows_write(blob, &finished, constants);
	free(list);
	dag_nodes_free(&dag.nodes);
	list_seen_free(&dag.seen);
	dag_levels_free(&dag.levels);
	return dag.err;
}
