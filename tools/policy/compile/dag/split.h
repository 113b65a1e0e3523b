/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One field splits a list of rules: values at which the same rules go on are a
 * group, with a shorter list.
 */
#ifndef TG_COMPILE_DAG_SPLIT_H
#define TG_COMPILE_DAG_SPLIT_H

#include "levels.h"

/* The group that the intervals from here on are in. */
struct dag_split_run {
	uint32_t interval, group;
};

/* The list is without rules that can no longer be the first to match. */
struct dag_group {
	uint64_t signature; /* of the sets that hold */
	uint32_t *list;
	size_t count;
	uint32_t child; /* for the caller */
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
	/* for the split itself */
	struct dag_event *events;
	size_t event_count;
};

/* What comes before the results is set; -E2BIG where it is too much work. */
int dag_split(struct dag_split *split);
void dag_split_free(struct dag_split *split);

/* False where so much is not left. */
static inline bool dag_spend(size_t *work_left, size_t work)
{
	bool enough = work < *work_left;

	*work_left -= enough ? work : *work_left;
	return enough;
}

#endif
