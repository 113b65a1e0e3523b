/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nodes of a DAG before they are rows: each is once, and comes after those
 * that it leads to. How large rows would be is known while they grow.
 */
#ifndef TG_COMPILE_DAG_NODES_H
#define TG_COMPILE_DAG_NODES_H

#include "levels.h"
#include "lib/hash.h"

/*
 * Some classes of a pattern in the middle, where what is before and behind is
 * the same: few enough that the pattern is stored with pads on both sides, and
 * serves wherever in the row they are.
 */
#define DAG_HAS_PADS(middle, classes) (4 * (middle) <= (classes))

/* A child is the number of a node, or this with the number of a rule. */
#define DAG_LEAF (1U << 31)

/* From this class on, up to that of the next run. */
struct dag_run {
	uint32_t class, child;
};

struct dag_node {
	uint32_t level;
	uint32_t first_run, run_count;
};

/* The bytes that the nodes of a level take, in either form of rows. */
struct dag_level_size {
	size_t whole, short_;
	bool is_short_possible;
};

struct dag_nodes {
	const struct dag_levels *levels;
	struct dag_node *nodes;
	size_t count, room;
	struct dag_run *runs;
	size_t run_count, run_room;
	struct hash hash; /* of the nodes */
	struct dag_level_size sizes[TG_DIMENSIONS];
	struct hash patterns; /* those that short rows would need */
};

void dag_nodes_init(struct dag_nodes *nodes, const struct dag_levels *levels);
void dag_nodes_free(struct dag_nodes *nodes);

/* False when memory has run out; *number is that of the node. */
bool dag_nodes_add(struct dag_nodes *nodes, size_t level,
		   const struct dag_run *runs, size_t count, uint32_t *number);

/* Are short rows worth the longer step? */
bool dag_level_is_short(const struct dag_level_size *size);

/* With the better form for each level. */
size_t dag_nodes_size(const struct dag_nodes *nodes);

#endif
