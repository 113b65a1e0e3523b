/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a policy looks to the kernel: constants, which the verifier knows, and
 * tables, which are data. docs/how-policy-works.md has the picture.
 *
 * A packet is of one family. Each field that the policy asks about in that
 * family is mapped to a class, a number for all values that no rule tells
 * apart, and the classes lead to the outcome: the number of the rule that
 * decides, and what it does.
 */
#ifndef TG_POLICY_TABLE_H
#define TG_POLICY_TABLE_H

#include <linux/types.h>

#include "policy_act.h"
#include "policy_tree.h"

enum tg_policy_family_id {
	TG_FAMILY_IP4,
	TG_FAMILY_IP6,
	TG_FAMILY_OTHER, /* ARP, and what we do not follow */
	TG_FAMILIES,
};

/*
 * How a field's values are mapped to classes:
 *	DIRECT	a word for each value
 *	PAGED	a page for the high byte of 16 bits, in it a word for the low
 *	TRIE	32 bits, always in three steps: struct tg_policy_trie
 *	WIDE	128 bits or less, by search: struct tg_policy_wide
 */
enum tg_map_kind {
	TG_MAP_DIRECT,
	TG_MAP_PAGED,
	TG_MAP_TRIE,
	TG_MAP_WIDE,
};

/*
 * TG_DIMENSION(NAME, kind, values): what a lookup asks, in its order: the
 * protocol is known while the addresses are still looked for. One value more
 * stands for packets that do not have the field. Addresses of IPv6 are
 * WIDE. The four marks are for four masks.
 */
#define TG_DIMENSION_LIST(TG_DIMENSION)           \
	TG_DIMENSION(PROTOCOL, DIRECT, 256)       \
	TG_DIMENSION(TO, TRIE, 0)                 \
	TG_DIMENSION(FROM, TRIE, 0)               \
	TG_DIMENSION(TO_PORT, PAGED, 65536)       \
	TG_DIMENSION(FROM_PORT, PAGED, 65536)     \
	TG_DIMENSION(TCP_FLAGS, DIRECT, 256)      \
	TG_DIMENSION(ICMP_TYPE, DIRECT, 256)      \
	TG_DIMENSION(ICMP_CODE, DIRECT, 256)      \
	TG_DIMENSION(FRAGMENT, DIRECT, 4)         \
	TG_DIMENSION(EXTENSIONS, DIRECT, 256)     \
	TG_DIMENSION(TTL, DIRECT, 256)            \
	TG_DIMENSION(DSCP, DIRECT, 64)            \
	TG_DIMENSION(LENGTH, PAGED, 65536)        \
	TG_DIMENSION(VLANS, DIRECT, 4)            \
	TG_DIMENSION(VLAN, PAGED, 4096)           \
	TG_DIMENSION(VLAN_PRIORITY, DIRECT, 8)    \
	TG_DIMENSION(INNER_VLAN, PAGED, 4096)     \
	TG_DIMENSION(INNER_PRIORITY, DIRECT, 8)   \
	TG_DIMENSION(ETHERTYPE, PAGED, 65536)     \
	TG_DIMENSION(ARP_OPERATION, PAGED, 65536) \
	TG_DIMENSION(TO_MAC, WIDE, 0)             \
	TG_DIMENSION(FROM_MAC, WIDE, 0)           \
	TG_DIMENSION(MARK0, WIDE, 0)              \
	TG_DIMENSION(MARK1, WIDE, 0)              \
	TG_DIMENSION(MARK2, WIDE, 0)              \
	TG_DIMENSION(MARK3, WIDE, 0)

enum tg_dimension {
#define TG_DIMENSION_ENUM(name, kind, values) TG_DIM_##name,
	TG_DIMENSION_LIST(TG_DIMENSION_ENUM)
#undef TG_DIMENSION_ENUM
		TG_DIMENSIONS,
};

/* The five that every engine knows; the others are extras. */
#define TG_DIM_KEYS 5
#define TG_DIM_BIT(dimension) (1U << (dimension))
#define TG_DIM_EXTRAS (~0U << TG_DIM_KEYS)

/* The tree's order of the five: destination, source, and so on. */
#define TG_TREE_FIELD(dimension)            \
	((dimension) == TG_DIM_PROTOCOL ? 2 \
	 : (dimension) == TG_DIM_TO	? 0 \
	 : (dimension) == TG_DIM_FROM	? 1 \
					: (dimension))

#define TG_MARKS 4

/*
 * References in the tables are offsets. A row or a node is at a multiple of 32,
 * and is indexed by a class or by bits of a key: the word is at reference + 4 *
 * index. A cell is in the upper half of such 32 bytes: a word that holds its
 * own offset (we are there) or the next reference (nothing is to be asked
 * here), and a second word with what it stands for.
 *
 * So the lowest five bits of a reference say by how much an index is shifted to
 * the right: not at all, or by 16 and more, which is out of sight, as indexes
 * are less than that. One step of a lookup is the same for rows, nodes and
 * cells, without a branch, and short.
 */
#define TG_ROW_ALIGN 32

/*
 * The last field that is asked leads to the outcome itself: there, words stand
 * by so much further on, and a cell's second word is what it stands for.
 */
#define TG_LAST_ROW 4

/*
 * Where many rules are known just before the last step, a reference there may
 * be the outcome as well: odd then, as no reference is.
 */
#define TG_DIRECT(outcome) ((outcome) << 1 | 1)
#define TG_DIRECT_OUTCOME(reference) ((reference) >> 1)
#define TG_IS_DIRECT(reference) (1 & (reference))
#define TG_ROW_WORDS_MAX (1 << 14)

/*
 * Where rows say few different things, a field's are short: a word with the
 * offset of a pattern, and the different words. The pattern has a byte for each
 * class: which of the words is its own. Few patterns serve many rows. A short
 * row stands in the middle of 8 bytes, where no cell does.
 */
#define TG_SHORT_ROW_MAX 256
#define TG_SHORT_ROW_ALIGN 8
#define TG_SHORT_ROW_BIT 4 /* of a reference */
#define TG_CLASS(number) (4 * (number))

/* The cells of a field's classes, of the leaves: one after the other. */
#define TG_CELL_SIZE 8
#define TG_CELLS_IN_LINE 2
#define TG_CELL(start, number)                                    \
	((start) + TG_ROW_ALIGN * ((number) / TG_CELLS_IN_LINE) + \
	 TG_ROW_ALIGN / 2 + TG_CELL_SIZE * ((number) % TG_CELLS_IN_LINE))
#define TG_CELLS_SIZE(count) \
	(TG_ROW_ALIGN *      \
	 (((size_t)(count) + TG_CELLS_IN_LINE - 1) / TG_CELLS_IN_LINE))

/*
 * A trie's root has a word for the highest bits of the key. It leads to a page
 * with a word for the bits in the middle, and that to a page with the classes
 * for the lowest ones. Where all values of a page have one class, a cell of two
 * words takes the place of both pages: the offset of the second word, which is
 * the class.
 */
struct tg_policy_trie {
	__u32 root;
	__u32 root_shift;
	__u32 middle_shift, middle_mask;
	__u32 low_mask;
};

/*
 * A wide key is found among the sorted starts of intervals. A few windows of
 * its bits lead there, or close to it: of its word (of 128 bits the upper
 * half), counted from the lowest one that matters. The first node has an entry
 * for the word's highest bits, and the last of its entries is for all that is
 * beyond; where the word is less than the lowest it is 0, or beyond as well. A
 * step is 64 bits: in the upper half the offset of a node, in the lower one
 * which bits of the word choose an entry there: it is number (word >> shift) &
 * mask. Entries are steps. A step that leads to itself is where nothing more is
 * to be asked. The last node has words, which stand by so much further on, and
 * such a step has one behind it.
 *
 * Where there are no compares, that is the class. Else it is how many starts
 * there are before the keys that come there. The starts from there on are
 * compared: first one in the middle of those that it may be, and so on, and the
 * last few all at once.
 *
 * The starts stand there less one, so that one is reached where it is less than
 * the key, and what is beyond the last one, all ones, never is.
 *
 * Where windows see all but 16 bits or less of 32, starts may be short: these
 * bits. The words of the last node say in their upper part how many there are
 * to be searched, and a start that all keys there have reached is not one of
 * them.
 */
struct tg_policy_wide {
	__u32 steps;
	__u32 root; /* the first node: all bits from shift on */
	__u32 shift;
	__u32 last;	 /* entry of the first node */
	__u32 wraps;	 /* a word that is less than the lowest is beyond */
	__u32 lowest[2]; /* word that matters: lower half, upper half */
	__u32 starts;
	__u32 start_size; /* 2 bytes, 4, 8, or 16, the upper half first */
	__u32 halvings;
	__u32 compares;
	__u32 classes; /* by interval; 0: what has been found is what counts */
	__u32 absent;  /* the class where a packet has no such field */
};

/* What the last nodes' references are less than where these are. */
#define TG_WIDE_BEHIND 8

#define TG_WIDE_STEPS 5	   /* at most */
#define TG_WIDE_SHIFT 0x3f /* a step: its lower half */
#define TG_WIDE_MASK_SHIFT 8
#define TG_WIDE_COMPARES_MAX 7
#define TG_WIDE_SHORT_BITS 16
#define TG_WIDE_COUNT_SHIFT 24
#define TG_WIDE_COUNT_MAX 255
#define TG_WIDE_FIRST ((1 << TG_WIDE_COUNT_SHIFT) - 1)

enum tg_wide {
	TG_WIDE_TO, /* of tries as well */
	TG_WIDE_FROM,
	TG_TRIES,
	TG_WIDE_TO_MAC = TG_TRIES,
	TG_WIDE_FROM_MAC,
	TG_WIDE_MARK0,
	TG_WIDES = TG_WIDE_MARK0 + TG_MARKS,
};

enum tg_engine {
	TG_ENGINE_DAG,	/* a row for each field, up to the outcome */
	TG_ENGINE_TREE, /* cuts over ranks, and rules compared at the end */
};

struct tg_policy_family {
	__u32 used; /* dimensions, as bits; the others are not looked at */
	__u32 engine;
	__u32 root;	  /* of the DAG */
	__u32 leaves_end; /* of the DAG: what is less is a leaf */
	__u32 has_direct; /* see TG_DIRECT() */
	__u32 short_rows; /* dimensions that have these, as bits */
	__u32 is_wide;	  /* tries TO and FROM that are WIDE instead, as bits */
	__u32 map[TG_DIMENSIONS];   /* offsets */
	__u32 holds[TG_DIMENSIONS]; /* side conditions by class, for the tree */
	struct tg_policy_trie trie[TG_TRIES];
	struct tg_policy_wide wide[TG_WIDES];
	struct tg_tree tree;
};

/* Another number whenever the program reads the tables in another way. */
#define TG_POLICY_VERSION 7

struct tg_policy {
	__u32 size;	 /* of the tables */
	__u32 used;	 /* changes and kinds of action, as bits */
	__u32 acts;	 /* struct tg_act, in the tables */
	__u32 malformed; /* the outcome of packets that cannot be read */
	__u32 version; /* TG_POLICY_VERSION, for who puts tables into an object
			*/
	__u32 mark_mask[TG_MARKS];
	struct tg_policy_family family[TG_FAMILIES];
};

/*
 * An outcome is a word: the rule's number (0 is the default), its act, and the
 * kind of that, so that who only passes and drops need not look at acts.
 */
#define TG_OUTCOME_KIND_BITS 3
#define TG_OUTCOME_ACT_BITS 9
#define TG_OUTCOME_RULE_SHIFT (TG_OUTCOME_KIND_BITS + TG_OUTCOME_ACT_BITS)
#define TG_OUTCOME_ACTS (1 << TG_OUTCOME_ACT_BITS)
#define TG_OUTCOME(rule, act, kind)               \
	((__u32)(rule) << TG_OUTCOME_RULE_SHIFT | \
	 (__u32)(act) << TG_OUTCOME_KIND_BITS | (kind))
#define TG_OUTCOME_RULE(outcome) ((outcome) >> TG_OUTCOME_RULE_SHIFT)
#define TG_OUTCOME_ACT(outcome) \
	((outcome) >> TG_OUTCOME_KIND_BITS & (TG_OUTCOME_ACTS - 1))
#define TG_OUTCOME_KIND(outcome) ((outcome) & ((1 << TG_OUTCOME_KIND_BITS) - 1))

#endif
