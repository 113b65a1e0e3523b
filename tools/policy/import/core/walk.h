/* SPDX-License-Identifier: GPL-2.0-only */
/* What the walk through the chains is made of: walk.c, block.c */
#ifndef TG_POLICY_IMPORT_WALK_H
#define TG_POLICY_IMPORT_WALK_H

#include "import.h"

/* A place in a chain, and the places that a return leads to. */
struct frame {
	size_t chain, index;
	const struct frame *parent; /* NULL: the end of the base chain */
};

enum block_kind {
	BLOCK_CHAIN,  /* this chain, then back to who jumped here */
	BLOCK_REST,   /* all that is left from here on: it always decides */
	BLOCK_UNLESS, /* one rule: its exceptions, then its action */
};

/* A list of the policy: the main one, or a sub-list. */
struct block {
	struct block_key {
		const struct frame *frame; /* where it begins */
		struct import_mark mark;   /* set on the way there */
		uint64_t kind;		   /* enum block_kind */
	} is;
	size_t index; /* in the policy */
	struct policy_block list;
	size_t room;
	char *comments; /* that go above the next rule, or NULL */
	size_t comments_size, comments_room;
	unsigned int height; /* how deep its jumps nest; 0: not known yet */
};

struct walk {
	struct import *import;
	struct names frames, blocks; /* by what makes them what they are */
	struct block **list; /* in the order in which they are printed */
	size_t count, room;
	struct block *now;	 /* that gets rules, */
	struct import_mark mark; /* and the mark that a packet has there */
	/* what was added; values of lists are not counted */
	size_t rules, values, comments_size;
};

const struct frame *walk_frame(struct walk *walk, size_t chain, size_t index,
			       const struct frame *parent);
/* The block that begins there; it gets its rules later. */
struct block *walk_block(struct walk *walk, enum block_kind kind,
			 const struct frame *frame, struct import_mark mark);
/* More than a policy may have: there is no sense in going on. */
bool walk_is_full(const struct walk *walk);
int walk_check_size(struct walk *walk);
int walk_check_depth(struct walk *walk);
void walk_free(struct walk *walk);

/*
 * The cases in which a rule does not match; false where there are too many, or
 * no words for them. (negate.c)
 */
bool walk_negate(struct import *import, const struct import_rule *rule,
		 struct import_rule *result);
/* A return or goto after which the rest is a jump for all others. */
bool walk_leaves_simply(struct import *import, const struct import_rule *rule);

/* The rules of walk->now (walk.c) */
void walk_write_block(struct walk *walk, struct block *block);
/* To walk->now: a line above its next rule, and a rule. (block.c) */
void walk_add_comment(struct walk *walk, const char *text);
const char *walk_take_comments(struct block *block);
void walk_add_rule(struct walk *walk, const struct policy_rule *rule,
		   const struct import_case *one);

/* Finds circles, and the chains that need to know what comes after them. */
int walk_check_chains(struct import *import);

#endif
