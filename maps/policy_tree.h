/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A forest of decision trees over ranks, as the compiler writes it and the
 * policy plugin reads it.
 *
 * The ranks of a packet's fields are packed into a key of one or two words,
 * with a guard bit above each rank. Each step of a walk looks at some bits of
 * the key.
 *
 * A step is 64 bits: the upper half is the offset of a node, the lower half
 * selects the bits of the key that choose a child, which is at offset
 * ((key << 3) >> shift) & mask in the node. The children of a node are steps,
 * or slots of several words that each hold a step or a leaf.
 *
 * A leaf begins with a self-referencing step, so a walk may take more steps
 * than it needs. Its mask is 0, and the number of records that follow is in the
 * place of the shift. At least group->records records follow; those beyond the
 * number never match.
 *
 * Each leaf is followed by at least as many bytes as the longest leaf has, so
 * that one bounds check covers any leaf.
 */
#ifndef TG_POLICY_TREE_H
#define TG_POLICY_TREE_H

#include <linux/types.h>

enum {
	TG_TREE_FIELDS = 5,
	TG_TREE_WORDS = 2,	/* of a key */
	TG_TREE_GROUPS = 3,	/* trees, at most */
	TG_TREE_STEPS_MAX = 16, /* from a root to a leaf */
	TG_TREE_LEAF_MAX = 63,	/* records of a leaf */
};

/* The lower half of a step. */
#define TG_TREE_SHIFT 0x3f
#define TG_TREE_WORD_SHIFT 6 /* which word of the key */
#define TG_TREE_MASK_SHIFT 8

/*
 * A record of a leaf: for each word of the key the lowest and the highest value
 * that match, the latter with the guard bits set; then a word with the side
 * condition that must hold, the outcome, and the position of the rule, the
 * lowest of which wins.
 */
#define TG_TREE_PREDICATE 0x3f
#define TG_TREE_OUTCOME_SHIFT 6
#define TG_TREE_ORDER_SHIFT 38
#define TG_TREE_ORDER_BITS 24
#define TG_TREE_NO_MATCH (1ULL << 62)

struct tg_tree_group {
	__u32 step;	   /* the lower half of the step to the root */
	__u32 root;	   /* the upper half */
	__u32 steps;	   /* that every walk takes */
	__u32 max_steps;   /* from the root to the lowest leaf */
	__u32 records;	   /* compared in every leaf */
	__u32 max_records; /* in the longest leaf */
	__u32 first_order; /* of its records */
	__u32 unused;
};

/* The part of a tree that is in the program's constants. */
struct tg_tree {
	__u32 groups;
	__u32 words;
	__u32 has_predicates;
	__u32 none; /* the outcome if no record matches */
	__u32 shift[TG_TREE_FIELDS];
	__u32 word[TG_TREE_FIELDS];
	__u32 guards[TG_TREE_WORDS][2]; /* lower half, upper half */
	struct tg_tree_group group[TG_TREE_GROUPS];
};

_Static_assert(sizeof(struct tg_tree) % 8 == 0, "as the program's constants");

#endif
