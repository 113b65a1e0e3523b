/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Converts a family's rules for the tree: a box is a range of ranks in each of
 * the five keys, plus a side condition on all other fields.
 */
#ifndef TG_COMPILE_BOXES_H
#define TG_COMPILE_BOXES_H

#include "family.h"
#include "policy/compile/tree/tree.h"

struct boxes {
	struct tree_input input;
	struct tree_box *list;
	size_t count, room;
	uint32_t *sides; /* for each side condition, from 1: the first rule that
			    has it */
	size_t side_count;
};

/*
 * Returns -E2BIG if there are too many boxes; boxes_free() is needed either
 * way.
 */
int boxes_collect(struct boxes *boxes, const struct family *family);
void boxes_free(struct boxes *boxes);

/* Writes, for each class of the other fields, which side conditions hold. */
int boxes_write_holds(const struct boxes *boxes, struct blob *blob,
		      const struct family *family,
		      struct tg_policy_family *constants);

#endif
