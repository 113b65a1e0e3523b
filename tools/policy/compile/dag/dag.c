// SPDX-License-Identifier: GPL-2.0-only
/*
 * A node represents the rules that can still match after some fields have been
 * looked up: a list in policy order, without rules that can no longer match
 * first. The next field splits it into one list for each run of values; equal
 * lists share a node.
 */
#include "dag.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "levels.h"
#include "list.h"
#include "nodes.h"
#include "rows.h"
#include "split.h"

struct dag {
	const struct family *family;
	const struct dag_limits *limits;
	size_t work_left;
	struct dag_levels levels;
	struct dag_nodes nodes;
	struct list_seen seen; /* suffixes that are already in a list */
	int err;
};

static uint32_t node_for(struct dag *dag, size_t depth, const uint32_t *list,
			 size_t count);

/* The first class whose first interval is this one or a later one. */
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

/*
 * Merges intervals' runs to runs of classes; both are ordered by first
 * interval.
 */
static size_t runs_of_classes(const struct dag_split *split,
			      struct dag_run *runs)
{
	const struct dimension *dimension = split->level->dimension;
	size_t count = 0;

	for (size_t i = 0; i < split->run_count; i++) {
		uint32_t child = split->groups[split->runs[i].group].child;
		uint32_t class = class_from(dimension, split->runs[i].interval);

		/* no class starts in the previous run */
		if (count && runs[count - 1].class == class)
			count--;
		if (class < dimension->class_count &&
		    (!count || runs[count - 1].child != child))
			runs[count++] = (struct dag_run){ class, child };
	}
	return count;
}

static uint32_t add_node(struct dag *dag, const struct dag_split *split,
			 size_t depth)
{
	struct dag_run *runs = calloc(split->run_count, sizeof(*runs));
	uint32_t child = 0;
	size_t count;

	if (!runs) {
		dag->err = -ENOMEM;
		return 0;
	}
	count = runs_of_classes(split, runs);
	/* skip the level if all classes lead to the same leaf */
	if (count == 1 && runs[0].child & DAG_LEAF)
		child = runs[0].child;
	else if (!dag_nodes_add(&dag->nodes, depth, runs, count, &child))
		dag->err = -ENOMEM;
	else if (!dag_spend(&dag->work_left, count) ||
		 dag_nodes_size(&dag->nodes) > dag->limits->size)
		dag->err = -E2BIG;
	free(runs);
	return child;
}

static uint32_t split_list(struct dag *dag, size_t depth, const uint32_t *list,
			   size_t count)
{
	struct dag_split split = { .level = &dag->levels.levels[depth],
				   .list = list,
				   .count = count,
				   .seen = &dag->seen,
				   .work_left = &dag->work_left };
	uint32_t child = 0;

	dag->err = dag_split(&split);
	for (size_t i = 0; i < split.group_count && !dag->err; i++) {
		struct dag_group *group = &split.groups[i];

		group->child =
			node_for(dag, depth + 1, group->list, group->count);
		free(group->list);
		group->list = NULL;
	}
	if (!dag->err)
		child = add_node(dag, &split, depth);
	dag_split_free(&split);
	return child;
}

/* The list has to be filtered for this level. */
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

/* All rules, except those that an earlier rule with equal conditions hides. */
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

int dag_build(struct blob *blob, const struct family *family,
	      const struct dag_limits *limits,
	      struct tg_policy_family *constants)
{
	struct dag dag = { .family = family,
			   .limits = limits,
			   .work_left = limits->work };
	struct dag_finished finished = { .nodes = &dag.nodes,
					 .outcomes = family->outcomes,
					 .outcome_count = family->outcome_count,
					 .only_short = limits->only_short };
	uint32_t *list = malloc((family->count + 1) * sizeof(*list));

	dag_nodes_init(&dag.nodes, &dag.levels);
	if (!list || !dag_levels_init(&dag.levels, family) ||
	    !list_seen_init(&dag.seen, family->count + 1))
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
