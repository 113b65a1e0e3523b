/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of a compiled policy: constants, known to the verifier, and
 * tables, which are data. docs/how-policy-works.md has the picture.
 *
 * A packet belongs to one family. Each field that the family's rules test is
 * mapped to a class, a number shared by all values that no rule tells apart.
 * The classes lead to the outcome: the number of the matching rule and its
 * action.
 */
#ifndef TG_POLICY_TABLE_H
#define TG_POLICY_TABLE_H

#include <linux/types.h>

#include "policy_act.h"
#include "policy_dimension.h"
#include "policy_tree.h"

/* The tree's order of the five keys: destination, source, and so on. */
#define TG_TREE_FIELD(dimension)            \
	((dimension) == TG_DIM_PROTOCOL ? 2 \
	 : (dimension) == TG_DIM_TO	? 0 \
	 : (dimension) == TG_DIM_FROM	? 1 \
					: (dimension))

/*
 * A reference is an offset into the tables. Rows and nodes are aligned to 32
 * bytes and indexed by a class or by bits of a key: the entry is at reference +
 * 4 * index. Cells are in the upper half of a 32-byte line. The first word of a
 * cell is its own offset (the lookup has ended) or the next reference (this
 * field does not matter here); the second word is its value.
 *
 * The lowest five bits of a reference are therefore the amount by which the
 * index is shifted right: 0 for rows and nodes, 16 or more for cells, which
 * turns every index into 0, as indexes have at most 16 bits. A lookup step is
 * the same short code for rows, nodes and cells, without a branch.
 */
#define TG_ROW_ALIGN 32

/*
 * The step of the last field yields the outcome itself. In its rows, entries
 * are at this extra offset, which is also the offset of a cell's value.
 */
#define TG_LAST_ROW 4

/*
 * When many outcomes are known before the last step, a reference there may be
 * the outcome itself. It is odd then, and references are even.
 */
#define TG_DIRECT(outcome) ((outcome) << 1 | 1)
#define TG_DIRECT_OUTCOME(reference) ((reference) >> 1)
#define TG_IS_DIRECT(reference) (1 & (reference))
#define TG_ROW_WORDS_MAX (1 << 14)

/*
 * A field whose rows have few distinct entries uses short rows: the offset of a
 * pattern, followed by the distinct entries. The pattern has one byte per
 * class, the index of its entry. Few patterns serve many rows. A short row
 * starts in the middle of 8 bytes, where cells never start.
 */
#define TG_SHORT_ROW_MAX 256
#define TG_SHORT_ROW_ALIGN 8
#define TG_SHORT_ROW_BIT 4 /* of a reference */
#define TG_CLASS(number) (4 * (number))

/* Consecutive cells: one per class of a field, or one per leaf. */
#define TG_CELL_SIZE 8
#define TG_CELLS_IN_LINE 2
#define TG_CELL(start, number)                                    \
	((start) + TG_ROW_ALIGN * ((number) / TG_CELLS_IN_LINE) + \
	 TG_ROW_ALIGN / 2 + TG_CELL_SIZE * ((number) % TG_CELLS_IN_LINE))
#define TG_CELLS_SIZE(count) \
	(TG_ROW_ALIGN *      \
	 (((size_t)(count) + TG_CELLS_IN_LINE - 1) / TG_CELLS_IN_LINE))

/*
 * A trie. The root is indexed by the highest bits of the key, and its entry
 * leads to a page that is indexed by the middle bits; that entry leads to a
 * page of classes, indexed by the lowest bits. When all values below an entry
 * have the same class, a cell replaces the page.
 */
struct tg_policy_trie {
	__u32 root;
	__u32 root_shift;
	__u32 middle_shift, middle_mask;
	__u32 low_mask;
};

/*
 * Search for a wide key among the sorted starts of intervals. A walk over a few
 * windows of the key's bits narrows the range first. The walk uses one 64-bit
 * word of the key (the upper half of 128 bits), minus the lowest value that
 * matters. The first node is indexed by the highest bits of that word; its last
 * entry serves all values above, and values below the lowest use entry 0, or
 * the last one if ->wraps. A step is 64 bits: the upper half is the offset of a
 * node, the lower half selects the bits of the word that index it, (word >>
 * shift) & mask. Entries are steps. A self-referencing step ends the walk. The
 * last node holds 32-bit values, TG_WIDE_BEHIND bytes after where a step would
 * be, and so does the place behind a self-referencing step.
 *
 * Without compares, that value is the class. Otherwise it is the number of
 * starts below all keys that arrive there, and the starts from there on are
 * compared with the key: by halving, and the last few in one go.
 *
 * Each entry stores start - 1, so "key >= start" is `entry < key`, and the
 * all-ones sentinel never matches.
 *
 * When the windows cover all but 16 bits of a 32-bit key, the starts may be
 * short: only those bits. The values of the last node then hold in their upper
 * part how many starts are to be searched; starts that all keys there have
 * reached are left out.
 */
struct tg_policy_wide {
	__u32 steps;
	__u32 root; /* the first node, indexed by the bits from shift on */
	__u32 shift;
	__u32 last;	 /* entry of the first node */
	__u32 wraps;	 /* a word below the lowest uses the last entry */
	__u32 lowest[2]; /* word that matters: lower half, upper half */
	__u32 starts;
	__u32 start_size; /* 2 bytes, 4, 8, or 16, the upper half first */
	__u32 halvings;
	__u32 compares;
	__u32 classes; /* by interval; 0: what has been found is what counts */
	__u32 absent;  /* the class of packets without the field */
};

/* How far the values of last nodes are behind their references. */
#define TG_WIDE_BEHIND 8

#define TG_WIDE_STEPS 5	   /* at most */
#define TG_WIDE_SHIFT 0x3f /* a step: its lower half */
#define TG_WIDE_MASK_SHIFT 8
#define TG_WIDE_COMPARES_MAX 7
#define TG_WIDE_SHORT_BITS 16
#define TG_WIDE_COUNT_SHIFT 24
#define TG_WIDE_COUNT_MAX 255
#define TG_WIDE_FIRST ((1 << TG_WIDE_COUNT_SHIFT) - 1)

enum tg_engine {
	TG_ENGINE_DAG,	/* one row per field, down to the outcome */
	TG_ENGINE_TREE, /* cuts over ranks; a leaf's rules are compared */
};

/*
 * Flags are bytes, one for each dimension, as clang 14 keeps the address of a
 * word that is read in more than 20 places in a register.
 */
struct tg_policy_family {
	__u32 engine;
	__u32 root;	  /* of the DAG */
	__u32 leaves_end; /* of the DAG: a lower offset is a leaf */
	__u32 has_direct; /* see TG_DIRECT() */
	__u32 used_end;	  /* after the last dimension that rules test, or 0 */
	__u8 is_used[TG_DIMENSIONS_MAX]; /* rules test the dimension */
	/*
	 * Some of those are keys, or extras that are no live facts. A test of
	 * a dimension that is not used costs a load and a jump.
	 */
	__u8 uses_keys, uses_extras;
	__u8 has_short_rows[TG_DIMENSIONS_MAX];
	__u8 is_wide[TG_DIMENSIONS_MAX]; /* IPv4 TO and FROM */
	__u32 map[TG_DIMENSIONS];	 /* offsets */
	__u32 holds[TG_DIMENSIONS]; /* side conditions by class, for the tree */
	struct tg_policy_trie trie[TG_TRIES];
	struct tg_policy_wide wide[TG_WIDES];
	struct tg_tree tree;
};

/*
 * Changes whenever the program reads the tables differently, or the text of the
 * rules has another form.
 */
#define TG_POLICY_VERSION 13

struct tg_policy {
	__u32 size;	   /* of the tables */
	__u32 used;	   /* changes and kinds of action, as bits */
	__u32 acts;	   /* struct tg_act, in the tables */
	__u32 rule_acts;   /* 0, or the act of each rule: TG_ACT_OF_RULE */
	__u32 set_changes; /* struct tg_set_change, in the tables */
	__u32 malformed;   /* the outcome of malformed packets */
	__u32 version;	   /* TG_POLICY_VERSION, checked by the compiler */
	/* enum tg_end_part, of each side: what live facts are looked up by */
	__u32 ends[2];
	/*
	 * All answers of `reject` together: what one costs, and how far ahead
	 * their schedule may be, as in limit_table.h; no price: no limit.
	 */
	__u64 reply_price, reply_burst;
	__u64 log_price, log_burst; /* of the events of each rule, likewise */
	__u32 mark_mask[TG_MARKS];
	struct tg_policy_family family[TG_FAMILIES];
};

/*
 * An outcome is a word: the number of the rule (0 is the default), of its act,
 * and the kind of the act, so that a policy that only passes and drops does not
 * read its acts.
 */
#define TG_OUTCOME_KIND_BITS 3
#define TG_OUTCOME_ACT_BITS 9
#define TG_OUTCOME_RULE_SHIFT (TG_OUTCOME_KIND_BITS + TG_OUTCOME_ACT_BITS)
#define TG_OUTCOME_ACTS (1 << TG_OUTCOME_ACT_BITS)
/*
 * In place of the number of an act: the policy has more acts than fit into an
 * outcome, and the number is the rule's word at ->rule_acts.
 */
#define TG_ACT_OF_RULE (TG_OUTCOME_ACTS - 1)
#define TG_OUTCOME(rule, act, kind)               \
	((__u32)(rule) << TG_OUTCOME_RULE_SHIFT | \
	 (__u32)(act) << TG_OUTCOME_KIND_BITS | (kind))
#define TG_OUTCOME_RULE(outcome) ((outcome) >> TG_OUTCOME_RULE_SHIFT)
#define TG_OUTCOME_ACT(outcome) \
	((outcome) >> TG_OUTCOME_KIND_BITS & (TG_OUTCOME_ACTS - 1))
#define TG_OUTCOME_KIND(outcome) ((outcome) & ((1 << TG_OUTCOME_KIND_BITS) - 1))

#endif
