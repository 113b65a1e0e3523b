/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data structures of the walk through the chains. Used by walk.c, block.c,
 * policy.c, loss.c and negate.c.
 */
#ifndef TG_POLICY_IMPORT_WALK_H
#define TG_POLICY_IMPORT_WALK_H

#include "import.h"

/* A position in a chain, with the positions that returns lead to. */
struct frame {
	size_t chain, index;
	const struct frame *parent; /* NULL: the end of the base chain */
};

enum block_kind {
	BLOCK_CHAIN,  /* a chain, then return to the caller */
	BLOCK_REST,   /* everything from here on; always decides */
	BLOCK_UNLESS, /* one rule: its exceptions, then its action */
};

/* A list of the policy: the main list or a sub-list. */
struct block {
	struct block_key {
		const struct frame *frame; /* where it begins */
		struct import_mark mark;   /* set before */
		uint64_t kind;		   /* enum block_kind */
	} is;
	size_t index; /* in walk->list */
	struct policy_block list;
	size_t room;
	char *comments; /* to print above the next rule, or NULL */
	size_t comments_size, comments_room;
	unsigned int height; /* nesting depth of its jumps; 0: unknown */
};

struct walk {
	struct import *import;
	struct names frames, blocks; /* keyed by their contents */
	struct block **list;	     /* in the order of printing */
	size_t count, room;
	struct block *now;	 /* the block being written */
	struct import_mark mark; /* that packets have at this point */
	/* written so far; the values of lists are not counted */
	size_t rules, values, comments_size;
};

const struct frame *walk_frame(struct walk *walk, size_t chain, size_t index,
			       const struct frame *parent);
/* Finds the block, or appends an empty one, whose rules are written later. */
struct block *walk_block(struct walk *walk, enum block_kind kind,
			 const struct frame *frame, struct import_mark mark);
/* True if the limits of a policy are exceeded; the caller should stop. */
bool walk_is_full(const struct walk *walk);
int walk_check_size(struct walk *walk);
int walk_check_depth(struct walk *walk);
void walk_free(struct walk *walk);

/*
 * Computes the cases in which a rule does not match. Returns false if there are
 * too many or the language cannot express them. (negate.c)
 */
bool walk_negate(struct import *import, const struct import_rule *rule,
		 struct import_rule *result);
/* True for a return or goto that write_leaving() can translate. */
bool walk_leaves_simply(struct import *import, const struct import_rule *rule);

/* Writes the rules of a block, which becomes walk->now. (walk.c) */
void walk_write_block(struct walk *walk, struct block *block);
/*
 * Adds a comment line above the next rule, and a rule, to walk->now. (block.c)
 */
void walk_add_comment(struct walk *walk, const char *text);
const char *walk_take_comments(struct block *block);
void walk_add_rule(struct walk *walk, const struct policy_rule *rule,
		   const struct import_case *one);

/* Rejects loops, and sets needs_rest of chains. */
int walk_check_chains(struct import *import);

#endif
