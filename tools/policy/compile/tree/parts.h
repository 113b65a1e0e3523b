/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the tree builder know of each other. */
#ifndef TG_COMPILE_TREE_PARTS_H
#define TG_COMPILE_TREE_PARTS_H

#include <stdbool.h>

#include "tree.h"

/* Where the fields are in the key: the same for all trees of a forest. */
struct tree_layout {
	uint32_t words;
	uint32_t word[TREE_FIELDS], shift[TREE_FIELDS];
	uint64_t guards[TG_TREE_WORDS];
};

/* The part of the key space that a node is about. */
struct tree_region {
	uint32_t first[TREE_FIELDS], last[TREE_FIELDS];
};

/* Numbers of boxes, ascending: a piece of ids[]. */
struct tree_list {
	size_t start, count;
};

/*
 * How a node divides its region: by so many bits of a field, from a bit on.
 */
struct tree_cut {
	int field;
	unsigned int shift, bits;
};

/*
 * What becomes of a child: a step, which leads somewhere; or a leaf that has no
 * place yet, as its step leads to 0: then its records follow.
 */
#define TREE_SLOT_WORDS_MAX 32

/* No node has more than 1 << 16 children: the mask of a step has 24 bits. */
#define TREE_CUT_MAX 16

struct tree_habit;

struct tree_work {
	const struct tree_input *input;
	struct blob *blob;
	struct tree_layout layout;
	const struct tree_habit *habit;
	uint32_t leaf_records; /* in a leaf, if that can be */
	uint32_t slot_words;
	uint32_t *ids; /* a stack of lists */
	size_t used, room;
	uint32_t *counts; /* for cuts that are weighed: one for each child */
	uint64_t work;	  /* what has been done so far */
	int error;
	struct hash leaves; /* offsets of those that may be shared */
	/* of the tree that grows */
	uint32_t growth;  /* children have at most so many times the boxes */
	uint32_t records; /* of its longest leaf */
};

/* pack.c */
int tree_layout_plan(struct tree_layout *layout, const uint32_t *ranks);
size_t tree_record_words(const struct tree_layout *layout);
void tree_record_pack(const struct tree_layout *layout,
		      const struct tree_input *input, uint32_t id,
		      uint64_t *record);
void tree_record_never(const struct tree_layout *layout, uint64_t *record);

/* partition.c: moves the numbers of all boxes into lists */
int tree_partition(struct tree_work *work,
		   struct tree_list lists[TG_TREE_GROUPS]);

/* list.c */
bool tree_list_reserve(struct tree_work *work, size_t count,
		       struct tree_list *list);
void tree_list_clean(struct tree_work *work, struct tree_list *list,
		     struct tree_region *region);

/* cut.c: false when no cut helps */
bool tree_cut_choose(struct tree_work *work, struct tree_list list,
		     const struct tree_region *region, struct tree_cut *cut);

/* leaf.c: fills a slot, and finds a place for a leaf in one */
void tree_leaf(struct tree_work *work, struct tree_list list, uint64_t *slot);
bool tree_leaf_is_loose(const uint64_t *slot);
void tree_leaf_put(struct tree_work *work, uint64_t *slot);

/* measure.c: how much of the tree each lookup reads, and which may more */
void tree_measure(const struct tree_work *work, struct tg_tree_group *group);

/* node.c: returns how many steps there are from the slot on */
uint32_t tree_grow(struct tree_work *work, struct tree_list list,
		   struct tree_region region, uint32_t depth, uint64_t *slot);

/* Counts what is done; false once it was too much, or something failed. */
bool tree_work_on(struct tree_work *work, size_t amount);

static inline uint32_t tree_child_of(const struct tree_cut *cut, uint32_t rank)
{
	return rank >> cut->shift & ((1U << cut->bits) - 1);
}

/* The part of a box that is in the region. */
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
