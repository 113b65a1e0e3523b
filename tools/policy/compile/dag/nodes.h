/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nodes of the DAG before rows are written. Equal nodes are stored once,
 * children before their parents. The size of the rows is updated as nodes are
 * added.
 */
#ifndef TG_COMPILE_DAG_NODES_H
#define TG_COMPILE_DAG_NODES_H

#include "levels.h"
#include "lib/hash.h"

/*
 * True if the middle of a pattern is short compared with the number of classes.
 * Then it is stored with a constant pad on each side, and rows with the same
 * middle at any position share it.
 */
#define DAG_HAS_PADS(middle, classes) (4 * (middle) <= (classes))

/* A child is a node number, or a rule number with the bit DAG_LEAF. */
#define DAG_LEAF (1U << 31)

/* Classes from this one up to the next run's. */
struct dag_run {
	uint32_t class, child;
};

struct dag_node {
	uint32_t level;
	uint32_t first_run, run_count;
};

/* Bytes needed for the nodes of a level, for both kinds of rows. */
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
	struct hash patterns; /* of the patterns for short rows */
};

void dag_nodes_init(struct dag_nodes *nodes, const struct dag_levels *levels);
void dag_nodes_free(struct dag_nodes *nodes);

/* Adds a node, or finds an equal one. Returns false if out of memory. */
bool dag_nodes_add(struct dag_nodes *nodes, size_t level,
		   const struct dag_run *runs, size_t count, uint32_t *number);

/* True if the memory saved by short rows justifies the slower step. */
bool dag_level_is_short(const struct dag_level_size *size);

/* Total size in bytes, with the better kind of row for each level. */
size_t dag_nodes_size(const struct dag_nodes *nodes);

#endif
