/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nodes become rows: whole ones, a word for each class, or short ones, where
 * those of a level would be too large together.
 */
#ifndef TG_COMPILE_DAG_ROWS_H
#define TG_COMPILE_DAG_ROWS_H

#include "policy/compile/emit/blob.h"
#include "nodes.h"

/* What is there, and the outcomes that leaves stand for, by number. */
struct dag_finished {
	const struct dag_nodes *nodes;
	uint32_t root; /* a child */
	const uint32_t *outcomes;
	size_t outcome_count;
	bool only_short;
};

/* Sets what the lookup has to know. -E2BIG where a row cannot be that long. */
int dag_rows_write(struct blob *blob, const struct dag_finished *dag,
		   struct tg_policy_family *constants);

#endif
