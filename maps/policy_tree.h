/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A forest of cut trees over ranks: how the compiler writes it into a policy's
 * tables, and how the policy plugin reads it.
 *
 * The ranks of a packet's fields stand side by side in a key of one word or
 * two, with a guard bit above each. The trees are walked with bits of the key.
 *
 * A step is 64 bits: in the upper half the offset of a node, in the lower one
 * which bits of the key choose a child there: the child is at offset
 * ((key << 3) >> shift) & mask in the node. The children of a node are steps;
 * or slots of some words, each a step or a leaf.
 *
 * A leaf begins with a step that leads to itself, so that a walk may take more
 * steps than it needs: its mask is 0, and in the place of its shift is the
 * number of records that follow. There are at least as many as group->records:
 * those beyond the number never match.
 *
 * After each leaf there are at least as many bytes as the longest one has.
 */
#ifndef TG_POLICY_TREE_H
#define TG_POLICY_TREE_H

#include <linux/types.h>

enum {
	TG_TREE_FIELDS = 5,
	TG_TREE_WORDS = 2,	/* of a key, at most */
	TG_TREE_GROUPS = 3,	/* trees, at most */
	TG_TREE_STEPS_MAX = 16, /* from a root to a leaf */
	TG_TREE_LEAF_MAX = 63,	/* records of a leaf */
};

/* A step: its lower half. */
#define TG_TREE_SHIFT 0x3f
#define TG_TREE_WORD_SHIFT 6 /* which word of the key */
#define TG_TREE_MASK_SHIFT 8

/*
 * A record of a leaf: for each word of the key the lowest and the highest one
 * that match, the latter with the guard bits set; then a word with
 * the side condition that must hold, the outcome, and the place in the order of
 * rules, where the lower one wins.
 */
#define TG_TREE_PREDICATE 0x3f
#define TG_TREE_OUTCOME_SHIFT 6
#define TG_TREE_ORDER_SHIFT 38
#define TG_TREE_ORDER_BITS 24
#define TG_TREE_NO_MATCH (1ULL << 62)

struct tg_tree_group {
	__u32 step;	   /* the lower half of the step to the root */
	__u32 root;	   /* the upper half */
	__u32 steps;	   /* that each walk takes */
	__u32 max_steps;   /* from the root to the lowest leaf */
	__u32 records;	   /* that are read of each leaf */
	__u32 max_records; /* in the longest leaf */
	__u32 first_order; /* of its records */
	__u32 unused;
};

/* What the lookup knows before it reads a table: constants of the program. */
struct tg_tree {
	__u32 groups;
	__u32 words;
	__u32 has_predicates;
	__u32 none; /* the outcome when no record matches */
	__u32 shift[TG_TREE_FIELDS];
	__u32 word[TG_TREE_FIELDS];
	__u32 guards[TG_TREE_WORDS][2]; /* lower half, upper half */
	struct tg_tree_group group[TG_TREE_GROUPS];
};

_Static_assert(sizeof(struct tg_tree) % 8 == 0, "as the program's constants");

#endif
