/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Splits a list of rules by the values of one field. Values for which the same
 * rules remain form a group.
 */
#ifndef TG_COMPILE_DAG_SPLIT_H
#define TG_COMPILE_DAG_SPLIT_H

#include "levels.h"

/* Intervals from this one up to the next run's belong to the group. */
struct dag_split_run {
	uint32_t interval, group;
};

/* The list excludes rules that can no longer match first. */
struct dag_group {
	uint64_t signature; /* of the active sets */
	uint32_t *list;
	size_t count;
	uint32_t child; /* set by the caller */
};

struct dag_event;

struct dag_split {
	struct dag_level *level;
	const uint32_t *list;
	size_t count;
	struct list_seen *seen;
	size_t *work_left;

	struct dag_split_run *runs;
	size_t run_count;
	struct dag_group *groups;
	size_t group_count, group_room;
	/* internal */
	struct dag_event *events;
	size_t event_count;
};

/*
 * The caller sets the members above the results. Returns 0, -ENOMEM, or -E2BIG
 * if the work limit is exceeded.
 */
int dag_split(struct dag_split *split);
void dag_split_free(struct dag_split *split);

/* Subtracts from the remaining work; false if not enough is left. */
static inline bool dag_spend(size_t *work_left, size_t work)
{
	bool enough = work < *work_left;

	*work_left -= enough ? work : *work_left;
	return enough;
}

#endif
