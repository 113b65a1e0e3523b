/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second engine: cut trees over ranks, for rule sets on which a decision
 * diagram would grow too large. It stays small whatever the rules are, and
 * compares a packet with a few of them at the end.
 */
#ifndef TG_COMPILE_TREE_H
#define TG_COMPILE_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "policy/compile/emit/blob.h"
#include "policy_tree.h"

enum { TREE_FIELDS = TG_TREE_FIELDS };

/* What a rule matches: in each field the ranks from first to last. */
struct tree_box {
	uint32_t first[TREE_FIELDS], last[TREE_FIELDS];
	uint32_t outcome;
	uint8_t predicate; /* which side condition must hold, 0: none */
};

struct tree_input {
	const struct tree_box *boxes; /* the first one that holds decides */
	size_t count;
	uint32_t ranks[TREE_FIELDS]; /* how many there are in each field */
	uint32_t none;		     /* the outcome where no box holds */
	uint64_t work_max;	     /* 0: about a second's worth */
};

/*
 * Puts the trees into the blob and what leads to them into *tree. Returns 0,
 * -ENOMEM, or -E2BIG when the blob is full or it took too much work: time and
 * memory have a bound. Equal input makes equal bytes.
 */
int tree_build(struct blob *blob, const struct tree_input *input,
	       struct tg_tree *tree);

#endif
