/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of a family as the tree wants them: ranges of ranks in the five
 * keys, and what they ask of other fields as one of a few side conditions.
 */
#ifndef TG_COMPILE_BOXES_H
#define TG_COMPILE_BOXES_H

#include "family.h"
#include "policy/compile/tree/tree.h"

struct boxes {
	struct tree_input input;
	struct tree_box *list;
	size_t count, room;
	uint32_t
		*sides; /* the first rule with each side condition, from 1 on */
	size_t side_count;
};

/* -E2BIG where they are too many; needs boxes_free() in any case. */
int boxes_collect(struct boxes *boxes, const struct family *family);
void boxes_free(struct boxes *boxes);

/* For each class of the other fields: the side conditions that it meets. */
int boxes_write_holds(const struct boxes *boxes, struct blob *blob,
		      const struct family *family,
		      struct tg_policy_family *constants);

#endif
