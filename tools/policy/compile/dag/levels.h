/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fields of a family that the policy uses, in lookup order, with the state
 * for splitting a node at each of them.
 */
#ifndef TG_COMPILE_DAG_LEVELS_H
#define TG_COMPILE_DAG_LEVELS_H

#include "list.h"
#include "policy/compile/model/family.h"

/* State of a set of values in the node that is being split. */
struct dag_set {
	uint32_t node;	    /* the last node that used the set */
	uint32_t first;	    /* position of its first rule in the list */
	uint32_t rules;	    /* number of rules */
	uint32_t active_at; /* index in active[] + 1; 0: not active */
};

#define DAG_NO_PLACE UINT32_MAX

/*
 * Scratch data for splitting a node of a level, which is used by one node at a
 * time.
 */
struct dag_level {
	const struct dimension *dimension;
	enum tg_dimension id;
	uint32_t *sets; /* of each rule */
	/* number of each rule's remaining conditions; 0: none */
	uint32_t *suffixes;
	struct list_memo memo;
	uint32_t *list; /* scratch list */
	struct dag_set *by_set;
	uint32_t *next_of_set; /* for each position in the list: the next with
				  the same set */
	uint32_t node;	       /* the node that is being split */
	/*
	 * sets containing the current interval; always includes set 0, all
	 * values
	 */
	uint32_t *active;
	size_t active_count, active_rules;
};

struct dag_levels {
	/* the level after the last has no field */
	struct dag_level levels[TG_DIMENSIONS + 1];
	size_t count;
};

bool dag_levels_init(struct dag_levels *levels, const struct family *family);
void dag_levels_free(struct dag_levels *levels);

#endif
