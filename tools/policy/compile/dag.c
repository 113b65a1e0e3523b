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

#include "dag_list.h"

struct run {
	uint32_t interval; /* where it starts */
	uint32_t group;
};

struct group {
	uint64_t signature; /* of the sets that are met here */
	uint32_t *list;
	size_t count;
	uint32_t reference;
};

/* A set of this node's rules starts or ends to hold at an interval. */
struct event {
	uint32_t interval;
	uint32_t set;
};

/* What a node of a level needs while it is split; nodes of one level take
 * turns. */
struct level {
	const struct dimension *dimension;
	uint32_t *sets;	    /* of each rule */
	uint32_t *suffixes; /* of each rule: what it asks from here on; 0:
			       nothing */
	struct list_memo memo;
	bool *is_active;  /* each set of the dimension; 0, all, always is */
	uint32_t *list;	  /* one that is being made */
	uint32_t *stamps; /* of each set: the last node that has seen it */
	uint32_t stamp;
	uint32_t *row;
};

struct dag {
	struct blob *blob;
	const struct family *family;
	const struct dag_limits *limits;
	uint32_t leaves;
	size_t work, start_size;
	struct level levels[TG_DIMENSIONS + 1];
	size_t level_count;
	struct list_seen seen;	 /* suffixes that a list has already */
	struct list_index skips; /* the cell that leads to a reference */
	uint32_t cells;		 /* the last line of them */
	size_t cell_count;
	int err;
};

static bool spend(struct dag *dag, size_t work)
{
	dag->work += work;
	if (dag->work > dag->limits->work ||
	    dag->blob->size - dag->start_size > dag->limits->size ||
	    dag->blob->is_full)
		dag->err = -E2BIG;
	return !dag->err;
}

/* --- lists */

static uint32_t leaf_of(const struct dag *dag, const uint32_t *list,
			size_t count)
{
	uint32_t number = count ? dag->family->rules[list[0]].number : 0;

	return TG_CELL(dag->leaves, number);
}

static bool is_leaf(const struct dag *dag, uint32_t reference)
{
	return reference & (TG_ROW_ALIGN / 2) &&
	       blob_get(dag->blob, reference) == reference;
}

/* --- splitting a list */

struct split {
	struct dag *dag;
	struct level *level;
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

/* Where the sets of the list start and end to hold; each set is taken once. */
static bool collect_events(struct split *split)
{
	const struct dimension *dimension = split->level->dimension;
	struct level *level = split->level;
	size_t count = 0;

	level->stamp++;
	for (size_t i = 0; i < split->count; i++) {
		uint32_t set = level->sets[split->list[i]];

		if (set && level->stamps[set] != level->stamp) {
			level->stamps[set] = level->stamp;
			count += dimension->sets[set].run_count;
		}
	}
	split->events = calloc(2 * count + 1, sizeof(*split->events));
	split->runs = calloc(2 * count + 1, sizeof(*split->runs));
	if (!split->events || !split->runs)
		return false;

	level->stamp++;
	for (size_t i = 0; i < split->count; i++) {
		uint32_t number = level->sets[split->list[i]];
		const struct span_set *set = &dimension->sets[number];

		if (!number || level->stamps[number] == level->stamp)
			continue;
		level->stamps[number] = level->stamp;
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
	qsort(split->events, split->event_count, sizeof(*split->events),
	      compare_events);
	return true;
}

/*
 * The rules whose set holds in the current run, and that can be the first to
 * hold: not those that ask for nothing else than an earlier one does, and none
 * after one that asks for nothing more.
 */
static size_t filter(struct split *split, uint32_t *list)
{
	const struct level *level = split->level;
	const uint32_t *suffixes = (level + 1)->suffixes;
	size_t i = 0, count = 0;

	list_seen_clear(&split->dag->seen);
	for (; i < split->count; i++) {
		uint32_t rule = split->list[i];
		uint32_t suffix = suffixes[rule];

		if (!level->is_active[level->sets[rule]] ||
		    !list_seen_add(&split->dag->seen, suffix))
			continue;
		list[count++] = rule;
		if (!suffix)
			break;
	}
	spend(split->dag, i);
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

	while (!err) {
		uint32_t *group;

		while (i < split->event_count &&
		       split->events[i].interval == start) {
			uint32_t set = split->events[i++].set;

			split->level->is_active[set] ^= true;
			signature ^= list_tag(set);
		}
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
	/* what holds up to the last interval has no event that ends it */
	for (size_t j = 0; j < split->event_count; j++)
		split->level->is_active[split->events[j].set] = false;
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

static uint32_t node_reference(struct dag *dag, size_t depth,
			       const uint32_t *list, size_t count);

/* Classes come in the order of their first intervals, as the runs do. */
static uint32_t add_row(struct split *split)
{
	const struct dimension *dimension = split->level->dimension;
	uint32_t *row = split->level->row;
	size_t run = 0;

	if (dimension->class_count > TG_ROW_WORDS_MAX) {
		split->dag->err = -E2BIG;
		return 0;
	}

	for (uint32_t i = 0; i < dimension->class_count; i++) {
		uint32_t interval = dimension->first_of_class[i];

		while (run + 1 < split->run_count &&
		       split->runs[run + 1].interval <= interval)
			run++;
		row[i] = split->groups[split->runs[run].group].reference;
	}
	spend(split->dag, dimension->class_count);
	return blob_intern(split->dag->blob, row,
			   4 * (size_t)dimension->class_count, TG_ROW_ALIGN);
}

static bool all_agree(const struct split *split)
{
	for (size_t i = 1; i < split->group_count; i++) {
		if (split->groups[i].reference != split->groups[0].reference)
			return false;
	}
	return true;
}

static uint32_t add_cell(struct dag *dag, uint32_t reference)
{
	uint32_t cell;

	if (dag->cell_count % TG_CELLS_IN_LINE == 0)
		dag->cells = blob_reserve_cells(dag->blob, TG_CELLS_IN_LINE);
	cell = TG_CELL(dag->cells, dag->cell_count % TG_CELLS_IN_LINE);
	dag->cell_count++;
	blob_set_cell(dag->blob, cell, reference, 0);
	return cell;
}

/* Nothing is to be asked here: a cell that leads on, or the leaf itself. */
static uint32_t add_skip(struct dag *dag, uint32_t reference)
{
	uint32_t *known;

	if (is_leaf(dag, reference))
		return reference;
	known = list_index_at(&dag->skips, reference);
	if (!known) {
		dag->err = -ENOMEM;
		return 0;
	}
	if (!*known)
		*known = add_cell(dag, reference);
	return *known;
}

static uint32_t split_list(struct dag *dag, size_t depth, const uint32_t *list,
			   size_t count)
{
	struct split split = { .dag = dag,
			       .level = &dag->levels[depth],
			       .list = list,
			       .count = count };
	uint32_t reference = 0;
	int err = collect_events(&split) ? sweep(&split) : -ENOMEM;

	if (err && !dag->err)
		dag->err = err;
	spend(dag, split.event_count + count);
	for (size_t i = 0; i < split.group_count && !dag->err; i++) {
		struct group *group = &split.groups[i];

		group->reference = node_reference(dag, depth + 1, group->list,
						  group->count);
		free(group->list);
		group->list = NULL;
	}
	if (!dag->err)
		reference = all_agree(&split)
				    ? add_skip(dag, split.groups[0].reference)
				    : add_row(&split);
	split_free(&split);
	return reference;
}

/* The list is as short as shorten() makes it for this level. */
static uint32_t node_reference(struct dag *dag, size_t depth,
			       const uint32_t *list, size_t count)
{
	struct level *level = &dag->levels[depth];
	uint32_t reference;

	if (!count || !level->suffixes[list[0]])
		return leaf_of(dag, list, count);
	if (list_memo_find(&level->memo, list, count, &reference))
		return reference;
	reference = split_list(dag, depth, list, count);
	if (!dag->err && !list_memo_add(&level->memo, list, count, reference))
		dag->err = -ENOMEM;
	return reference;
}

/* --- levels */

static bool init_level(struct level *level, const struct family *family,
		       enum tg_dimension id)
{
	const struct dimension *dimension = &family->dimensions[id];

	level->dimension = dimension;
	level->sets = calloc(family->count + 1, sizeof(*level->sets));
	level->list = calloc(family->count + 1, sizeof(*level->list));
	level->is_active =
		calloc(dimension->set_count, sizeof(*level->is_active));
	level->stamps = calloc(dimension->set_count, sizeof(*level->stamps));
	level->row = calloc(dimension->class_count, sizeof(*level->row));
	if (!level->sets || !level->list || !level->is_active ||
	    !level->stamps || !level->row)
		return false;
	for (size_t i = 0; i < family->count; i++)
		level->sets[i] = family->rules[i].sets[id];
	level->is_active[0] = true;
	return true;
}

/* What each rule asks from a level on: the same numbers for the same. */
static bool number_suffixes(struct dag *dag, size_t depth)
{
	const struct family *family = dag->family;
	struct level *level = &dag->levels[depth];
	struct list_index index = { 0 };
	uint32_t last = 0;
	bool ok = true;

	level->suffixes = calloc(family->count + 1, sizeof(*level->suffixes));
	if (!level->suffixes)
		return false;
	if (depth == dag->level_count)
		return true;
	for (size_t i = 0; i < family->count && ok; i++) {
		uint64_t set = level->sets[i];
		uint64_t rest = dag->levels[depth + 1].suffixes[i];
		uint32_t *number;

		if (!set && !rest)
			continue;
		number = list_index_at(&index, set << 32 | rest);
		ok = number;
		if (ok && !*number)
			*number = ++last;
		if (ok)
			level->suffixes[i] = *number;
	}
	list_index_free(&index);
	return ok;
}

/* In the order of the dimensions, as the lookup asks. */
static bool init_levels(struct dag *dag)
{
	for (int i = 0; i < TG_DIMENSIONS; i++) {
		if (!(dag->family->used & TG_DIM_BIT(i)))
			continue;
		if (!init_level(&dag->levels[dag->level_count++], dag->family,
				i))
			return false;
	}
	for (size_t depth = dag->level_count + 1; depth--;) {
		if (!number_suffixes(dag, depth))
			return false;
	}
	return list_seen_init(&dag->seen, dag->family->count + 1);
}

static void free_levels(struct dag *dag)
{
	for (size_t i = 0; i <= dag->level_count; i++) {
		struct level *level = &dag->levels[i];

		list_memo_free(&level->memo);
		free(level->sets);
		free(level->list);
		free(level->suffixes);
		free(level->is_active);
		free(level->stamps);
		free(level->row);
	}
	list_seen_free(&dag->seen);
	list_index_free(&dag->skips);
}

/* All rules, without those that ask what an earlier one asks. */
static size_t first_list(struct dag *dag, uint32_t *list)
{
	const uint32_t *suffixes = dag->levels[0].suffixes;
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
	      const struct dag_limits *limits, uint32_t *root)
{
	struct dag dag = { .blob = blob,
			   .family = family,
			   .limits = limits,
			   .leaves = leaves,
			   .start_size = blob->size };
	uint32_t *list = malloc((family->count + 1) * sizeof(*list));
	size_t count = 0;

	if (!init_levels(&dag) || !list)
		dag.err = -ENOMEM;
	if (!dag.err) {
		count = first_list(&dag, list);
		*root = node_reference(&dag, 0, list, count);
	}
	free(list);
	free_levels(&dag);
	return dag.err;
}
