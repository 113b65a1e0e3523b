/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of a table of sets: what `@name` in a policy looks up.
 *
 * An array map that tools write through mmap while programs read it, in lines
 * of 64 bytes. One table holds all sets of an attachment or an instance,
 * up to 32; a lookup returns the sets that a value is in as a mask.
 * docs/sets.md has the picture.
 *
 *	head	two lines: where the other parts are, and the secret of the hash
 *	sets	for each set its name, kind and counts, and its wheel
 *	marks	for each bucket 8 numbers of 16 bits: 7 marks and a flag
 *	entries	for each bucket 7 entries of 32 bytes
 *	lines	nodes and records of the tries of prefixes
 *
 * Entries are hosts, ports, MACs, and what rules add. A value is in the
 * first of its buckets that had room when it was added: the next one is looked
 * at only if this one has the flag TG_SET_SPILLED. A mark is 16 bits of the
 * hash; only entries whose mark is right are read.
 *
 * Changes: an entry is claimed by a compare-and-swap of its mark, from free to
 * TG_SET_BUSY; its key and state follow, and the mark last. The state is one
 * word, the mask of sets and the deadline, and changes by compare-and-swap. An
 * entry whose deadline has passed is no member of any set. Its place is used
 * for another key only TG_SET_GRACE later, when all programs that may have read
 * the old key have ended. Nothing moves, and nothing is cleared by a timer.
 */
#ifndef TG_SET_TABLE_H
#define TG_SET_TABLE_H

#include <linux/types.h>

#define TG_SET_VERSION 2
#define TG_SETS 32 /* of a table: bits of a mask */
#define TG_SET_LINE 64

/*
 * A value of the map is a block of lines. A program has a pointer to the first
 * block from the lookup of the head: what is in it costs no further lookup.
 */
#define TG_SET_BLOCK_LINES 2048
#define TG_SET_BLOCK (TG_SET_BLOCK_LINES * TG_SET_LINE)

/* --- time: in units of 2^26 ns, 67 ms, of the clock CLOCK_MONOTONIC_COARSE */
#define TG_SET_TIME_SHIFT 26
#define TG_SET_GRACE 15 /* 1 s */
#define TG_SET_FOREVER 0xffffffffU

/* A state: the sets that a value is in until the deadline. */
#define TG_SET_STATE(sets, deadline) ((__u64)(deadline) << 32 | (__u32)(sets))
#define TG_SET_STATE_SETS(state) ((__u32)(state))
#define TG_SET_STATE_DEADLINE(state) ((__u32)((state) >> 32))

/* --- keys */
enum tg_set_kind {
	TG_SET_ADDRESSES,
	TG_SET_PORTS,
	TG_SET_MACS,
	TG_SET_ADDRESS_PORTS,
	TG_SET_KINDS,
};

/*
 * Addresses are in host byte order, in the upper bits: an IPv4 address is
 * words[0]. A MAC is the upper 48 bits, a port is in `port`. With a length
 * below that of a whole address, the key is a prefix that a rule has added.
 */
struct tg_set_key {
	__u32 words[4];
	__u16 port;
	__u8 protocol;
	__u8 form; /* enum tg_set_form, and TG_SET_EXCEPTION */
};

/* What a key is: its length for addresses. */
#define TG_SET_FORM_IP6(length) (length)	 /* 0 to 128 */
#define TG_SET_FORM_IP4(length) (160 + (length)) /* 160 to 192 */
#define TG_SET_FORM_PORT 200
#define TG_SET_FORM_MAC 208
#define TG_SET_FORM_ADDRESS_PORT4 216
#define TG_SET_FORM_ADDRESS_PORT6 224

/*
 * How many lengths of prefixes rules may add to the sets of a table. They are
 * registered in its head: a lookup tries each.
 */
#define TG_SET_LENGTHS 4

struct tg_set_entry {
	struct tg_set_key key;
	__u32 exceptions; /* sets that the value is excepted from */
	__u64 state;
};

_Static_assert(sizeof(struct tg_set_entry) == 32, "two in a line");

#define TG_SET_ENTRIES_IN_LINE (TG_SET_LINE / sizeof(struct tg_set_entry))

/* --- marks */
#define TG_SET_WAYS 7  /* entries of a bucket */
#define TG_SET_LANES 8 /* numbers of a bucket: the marks, and its flags */
#define TG_SET_BUCKETS_IN_LINE 4
#define TG_SET_FREE 0
#define TG_SET_BUSY 1
#define TG_SET_MARK_MIN 2
#define TG_SET_SPILLED 1 /* of the flags */
#define TG_SET_CHOICES 8 /* buckets that a key may be in */

/* --- tries of prefixes */
/*
 * A word leads on, or is 0 where no prefix is. A node is two lines, a word for
 * each value of the nibble that its word names; nibbles between two nodes are
 * not looked at, so the end of a walk has to be compared with the address. A
 * root may be wide: it has a word for each value of the upper 16 bits.
 *
 *	bits 0-23	the line of a node or of a record
 *	bits 24-28	a node's nibble; a simple record's set
 *	bit 29		it leads to a record
 *	node:
 *	bit 30		it is a wide root
 *	bit 31		no nibble is skipped on the way to it
 *	record:
 *	bits 30-35	0, or 63 - how many bits are compared: it is simple
 *	bits 36-63	the bits to compare, the first in bit 63
 *
 * A record is simple if its prefix is in one set for good, and that is all that
 * it says, its parents included. If the walk to its word skips no nibble, the
 * word may say so: then it has what is left to compare of the prefix, and the
 * record is not read. Before such a record changes, its words become plain.
 */
#define TG_SET_WORD_RECORD (1ULL << 29)
#define TG_SET_WORD_WIDE (1ULL << 30)
#define TG_SET_WORD_WHOLE (1ULL << 31)
#define TG_SET_WORD_NIBBLE_SHIFT 24
#define TG_SET_WORD_NIBBLE(word) ((__u32)(word) >> 24 & 0x1f)
#define TG_SET_WORD_SET(word) TG_SET_WORD_NIBBLE(word)
#define TG_SET_WORD_SIMPLE_SHIFT 30
#define TG_SET_WORD_SIMPLE(word) ((__u32)((word) >> 30) & 0x3f)
#define TG_SET_WORD_COMPARED 28 /* bits at most */
#define TG_SET_WORD_LINE(word) (0xffffff & (__u32)(word))
#define TG_SET_LINES_MAX (1 << 24)
#define TG_SET_WORDS_IN_LINE 8
#define TG_SET_WORDS_IN_NODE 16
#define TG_SET_NODE_LINES (TG_SET_WORDS_IN_NODE / TG_SET_WORDS_IN_LINE)
#define TG_SET_WIDE_BITS 16
#define TG_SET_WIDE_LINES ((1 << TG_SET_WIDE_BITS) / TG_SET_WORDS_IN_LINE)
#define TG_SET_NIBBLES 32

/* In a table, its first line has an even number. */
struct tg_set_node {
	__u64 words[TG_SET_WORDS_IN_NODE];
};

/*
 * A prefix. The walk ends at the longest one that may cover the address; all
 * others that do are its parents. Sets that it is in for a time have states,
 * several as deadlines differ; where they do not suffice, a parent is a record
 * of the same prefix.
 */
#define TG_SET_STATES 3

struct tg_set_record {
	__u64 high, low; /* bits after the length are 0 */
	__u32 length;
	__u32 parent;	  /* its line, 0: none */
	__u32 sets;	  /* that it is in for good */
	__u32 exceptions; /* sets that its addresses are excepted from */
	__u32 is_timed;	  /* some states are not 0 */
	__u8 high_bits, low_bits; /* of the length */
	__u8 unused[2];
	__u64 states[TG_SET_STATES];
};

_Static_assert(sizeof(struct tg_set_node) == TG_SET_NODE_LINES * TG_SET_LINE,
	       "the lines of a node");
_Static_assert(sizeof(struct tg_set_record) == TG_SET_LINE, "a line");

/* No prefix has more parents than lengths, but for those of many deadlines. */
#define TG_SET_PARENTS_MAX 160

/* --- sets */
#define TG_SET_NAME_SIZE 32
#define TG_SET_WHEEL 64

/*
 * The line of one set. `count` is the number of entries that have not expired.
 * The wheel counts entries by deadline >> shift. Each addition first subtracts
 * the slots that have passed from `count`, and moves `hand` to the present.
 * Entries with deadlines beyond the wheel stay in `count` until a tool counts
 * the set again.
 */
struct tg_set {
	char name[TG_SET_NAME_SIZE]; /* that of a forgotten set stays */
	__u8 kind;		     /* enum tg_set_kind */
	__u8 is_used;
	__u8 shift;
	__u8 flags;
	__u32 size;    /* entries at most */
	__u32 timeout; /* of entries that say none; 0: they stay */
	__u32 count;
	__u32 hand;
	__u32 refused; /* additions by rules that found no place */
	__u32 unused[2];
};

_Static_assert(sizeof(struct tg_set) == TG_SET_LINE, "a line");

struct tg_set_wheel {
	__u32 slots[TG_SET_WHEEL];
};

/* A set's line, and those of its wheel. */
#define TG_SET_SET_LINES (1 + sizeof(struct tg_set_wheel) / TG_SET_LINE)
#define TG_SET_SET_LINE(set) (TG_SET_FIRST_SET_LINE + TG_SET_SET_LINES * (set))

/* --- the head: a lookup reads the first of its lines */
#define TG_SET_SECRETS 6

struct tg_set_head {
	__u32 version;
	__u32 buckets;
	__u32 marks;	/* their first line */
	__u32 entries;	/* their first line */
	__u64 roots[2]; /* words: IPv4, IPv6 */
	__u32 secret[TG_SET_SECRETS];
	__u8 lengths[TG_SET_LENGTHS]; /* of prefixes that are hashed keys, as
					 forms; 0: none */
	__u32 is_hashing;	      /* a hashed key was ever added */
	__u32 lines;		      /* of the table */
	__u32 arena;		      /* the first line of nodes and records */
	/* nodes lie before `next`, records from `end` on; what is between them
	   was never used */
	__u32 next, end;
	__u32 unused[12];
};

#define TG_SET_HEAD_LINE 0
#define TG_SET_HEAD_LINES 2
#define TG_SET_FIRST_SET_LINE (TG_SET_HEAD_LINE + TG_SET_HEAD_LINES)

_Static_assert(sizeof(struct tg_set_head) == TG_SET_HEAD_LINES * TG_SET_LINE,
	       "its lines");

#define TG_SET_SETS_END (TG_SET_FIRST_SET_LINE + TG_SETS * TG_SET_SET_LINES)

/* The outer map: the table, and the one that is being made to replace it. */
enum tg_set_place {
	TG_SET_NOW,
	TG_SET_NEXT,
	TG_SET_PLACES,
};

#endif
