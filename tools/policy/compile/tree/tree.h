/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second engine: trees that cut the space of ranks, for rules whose DAG
 * would be too large. Their size is limited for any rules; a lookup ends with
 * comparing a packet with a few rules.
 */
#ifndef TG_COMPILE_TREE_H
#define TG_COMPILE_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "policy/compile/emit/blob.h"
#include "policy_tree.h"

enum { TREE_FIELDS = TG_TREE_FIELDS };

/* A rule: a range of ranks in each field. */
struct tree_box {
	uint32_t first[TREE_FIELDS], last[TREE_FIELDS];
	uint32_t outcome;
	uint8_t predicate; /* side condition; 0: none */
};

struct tree_input {
	const struct tree_box *boxes; /* the first match decides */
	size_t count;
	uint32_t ranks[TREE_FIELDS]; /* number of ranks in each field */
	uint32_t none;		     /* outcome if no box matches */
	uint64_t work_max;	     /* limit; 0: about a second */
};

/*
 * Writes the trees to the blob and sets *tree. Returns 0, -ENOMEM, or -E2BIG if
 * the blob is full or the work limit is reached. Deterministic: equal input
 * produces equal output.
 */
int tree_build(struct blob *blob, const struct tree_input *input,
	       struct tg_tree *tree);

#endif
