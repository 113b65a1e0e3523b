/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of the tree builder. */
#ifndef TG_COMPILE_TREE_PARTS_H
#define TG_COMPILE_TREE_PARTS_H

#include <stdbool.h>

#include "tree.h"

/* Positions of fields in the key, for all trees of a forest. */
struct tree_layout {
	uint32_t words;
	uint32_t word[TREE_FIELDS], shift[TREE_FIELDS];
	uint64_t guards[TG_TREE_WORDS];
};

/* The part of the key space that a node covers. */
struct tree_region {
	uint32_t first[TREE_FIELDS], last[TREE_FIELDS];
};

/* Ascending box numbers: a range of ids[]. */
struct tree_list {
	size_t start, count;
};

/* A node divides its region by `bits` bits of a field, from bit `shift` on. */
struct tree_cut {
	int field;
	unsigned int shift, bits;
};

/*
 * A slot holds a child: a step; or, with a step to 0, a leaf whose records
 * follow in the slot and which has no offset yet.
 */
#define TREE_SLOT_WORDS_MAX 32

/* The mask of a step has 24 bits, of which slots need some. */
#define TREE_CUT_MAX 16

struct tree_params;

struct tree_work {
	const struct tree_input *input;
	struct blob *blob;
	struct tree_layout layout;
	const struct tree_params *params;
	uint32_t leaf_records; /* in a leaf, if possible */
	uint32_t slot_words;
	uint32_t *ids; /* stack of lists */
	size_t used, room;
	uint32_t *counts; /* scratch: boxes of each child of a cut */
	uint64_t work;	  /* list entries processed so far */
	int error;
	struct hash leaves; /* offsets of leaves, for sharing */
	/* state of the current tree */
	uint32_t growth;  /* limit: boxes of children / own boxes */
	uint32_t records; /* of its largest leaf */
};

/* pack.c */
int tree_layout_plan(struct tree_layout *layout, const uint32_t *ranks);
size_t tree_record_words(const struct tree_layout *layout);
void tree_record_pack(const struct tree_layout *layout,
		      const struct tree_input *input, uint32_t id,
		      uint64_t *record);
void tree_record_never(const struct tree_layout *layout, uint64_t *record);

/* partition.c: distributes all boxes over lists */
int tree_partition(struct tree_work *work,
		   struct tree_list lists[TG_TREE_GROUPS]);

/* list.c */
bool tree_list_reserve(struct tree_work *work, size_t count,
		       struct tree_list *list);
void tree_list_clean(struct tree_work *work, struct tree_list *list,
		     struct tree_region *region);

/* cut.c: returns false if no cut helps */
bool tree_cut_choose(struct tree_work *work, struct tree_list list,
		     const struct tree_region *region, struct tree_cut *cut);

/* leaf.c: writes a leaf to a slot, and moves it to the blob */
void tree_leaf(struct tree_work *work, struct tree_list list, uint64_t *slot);
bool tree_leaf_is_loose(const uint64_t *slot);
void tree_leaf_put(struct tree_work *work, uint64_t *slot);

/* measure.c: sets how many steps and records each lookup reads */
void tree_measure(const struct tree_work *work, struct tg_tree_group *group);

/* node.c: returns the number of steps from the slot to the lowest leaf */
uint32_t tree_grow(struct tree_work *work, struct tree_list list,
		   struct tree_region region, uint32_t depth, uint64_t *slot);

/* Adds to the work done. Returns false on an error or above the limit. */
bool tree_work_on(struct tree_work *work, size_t amount);

static inline uint32_t tree_child_of(const struct tree_cut *cut, uint32_t rank)
{
	return rank >> cut->shift & ((1U << cut->bits) - 1);
}

/* The bounds of a box within the region. */
static inline uint32_t tree_first(const struct tree_box *box,
				  const struct tree_region *region, int field)
{
	return box->first[field] > region->first[field] ? box->first[field]
							: region->first[field];
}

static inline uint32_t tree_last(const struct tree_box *box,
				 const struct tree_region *region, int field)
{
	return box->last[field] < region->last[field] ? box->last[field]
						      : region->last[field];
}

#endif
