/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes the DAG's nodes as rows: full rows with one word for each class, or
 * short rows, with a byte for each class, for levels that would be too large.
 */
#ifndef TG_COMPILE_DAG_ROWS_H
#define TG_COMPILE_DAG_ROWS_H

#include "policy/compile/emit/blob.h"
#include "nodes.h"

/* The finished DAG, with the outcome of each rule number. */
struct dag_finished {
	const struct dag_nodes *nodes;
	uint32_t root; /* a child: see nodes.h */
	const uint32_t *outcomes;
	size_t outcome_count;
	bool only_short;
};

/*
 * Sets the constants of the lookup. Returns -E2BIG if a row would be too long.
 */
int dag_rows_write(struct blob *blob, const struct dag_finished *dag,
		   struct tg_policy_family *constants);

#endif
