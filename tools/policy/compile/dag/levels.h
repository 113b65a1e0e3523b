/* SPDX-License-Identifier: GPL-2.0-only */
/* The fields that a family's policy asks about, in the order of the lookup. */
#ifndef TG_COMPILE_DAG_LEVELS_H
#define TG_COMPILE_DAG_LEVELS_H

#include "list.h"
#include "policy/compile/model/family.h"

/* What is known of a set in the node that is split. */
struct dag_set {
	uint32_t node;	    /* the last one that had the set */
	uint32_t first;	    /* place in the list of a rule with this set */
	uint32_t rules;	    /* how many there are */
	uint32_t active_at; /* in active[], and 1; 0: it does not hold */
};

#define DAG_NO_PLACE UINT32_MAX

/*
 * What a node of a level needs while it is split; nodes of one level take
 * turns.
 */
struct dag_level {
	const struct dimension *dimension;
	enum tg_dimension id;
	uint32_t *sets; /* of each rule */
	/* of each rule: what it asks from here on; 0: nothing */
	uint32_t *suffixes;
	struct list_memo memo;
	uint32_t *list; /* one that is being made */
	struct dag_set *by_set;
	uint32_t *next_of_set; /* of each place in the list: the next one */
	uint32_t node;	       /* the number of the one that is split */
	/* sets that hold where the sweep is; 0, all, is always among them */
	uint32_t *active;
	size_t active_count, active_rules;
};

struct dag_levels {
	/* one more than there are: there, nothing is asked any more */
	struct dag_level levels[TG_DIMENSIONS + 1];
	size_t count;
};

bool dag_levels_init(struct dag_levels *levels, const struct family *family);
void dag_levels_free(struct dag_levels *levels);

#endif
