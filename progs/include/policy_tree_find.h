/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Find the first rule that matches, in the trees of maps/policy_tree.h. For
 * most packets no branch depends on the packet, so the processor works on all
 * trees and records at once instead of paying for mispredicted branches.
 */
#ifndef TG_POLICY_TREE_FIND_H
#define TG_POLICY_TREE_FIND_H

#include "policy_compare.h"
#include "policy_load.h"
#include "policy_tree.h"

/* The packed ranks of a packet's fields, with the guard bits set. */
struct tg_tree_key {
	__u64 words[TG_TREE_WORDS];
	__u64 guards[TG_TREE_WORDS];
	__u64 fails; /* bit k: side condition k does not hold */
};

static __always_inline struct tg_tree_key
tg_tree_key_of(const volatile struct tg_tree *tree,
	       const __u32 ranks[TG_TREE_FIELDS], __u64 holds)
{
	struct tg_tree_key key = {
		.fails = ~holds,
	};

	for (int word = 0; word < TG_TREE_WORDS; word++) {
		key.guards[word] = tg_two_halves(tree->guards[word]);
		key.words[word] = key.guards[word];
	}
#pragma clang loop unroll(full)
	for (int field = 0; field < TG_TREE_FIELDS; field++) {
		__u64 rank = (__u64)ranks[field] << (tree->shift[field] & 63);

		if (tree->words > 1 && tree->word[field])
			key.words[1] |= rank;
		else
			key.words[0] |= rank;
	}
	return key;
}

/* The bits of the key that a step selects, without a branch on the word. */
static __always_inline __u64 tg_tree_window(const volatile struct tg_tree *tree,
					    const struct tg_tree_key *key,
					    __u64 step)
{
	__u64 word = key->words[0];

	if (tree->words > 1) {
		__u64 is_second = -(step >> TG_TREE_WORD_SHIFT & 1);

		tg_barrier_var(is_second);
		word ^= (word ^ key->words[1]) & is_second;
	}
	return word << 3 >> (step & TG_TREE_SHIFT);
}

/*
 * Returns the offset of a leaf. The first group->steps steps are always taken;
 * a leaf's step leads back to it. Few walks take more.
 */
static __always_inline __u64
tg_tree_walk(const volatile struct tg_tree *tree,
	     const volatile struct tg_tree_group *group,
	     const struct tg_tree_key *key)
{
	__u64 step = (__u64)group->root << 32 | group->step;
	__u64 at = step >> 32;

	for (__u32 i = 0; i < TG_TREE_STEPS_MAX && i < group->max_steps; i++) {
		__u64 mask = (__u32)step >> TG_TREE_MASK_SHIFT;

		at = (step >> 32) + (tg_tree_window(tree, key, step) & mask);
		if (i + 1 >= group->steps && !mask)
			break;
		if (i + 1 < group->max_steps)
			step = tg_load64(at);
	}
	return at;
}

/* A guard bit is set in the result if its field is out of range. */
static __always_inline __u64 tg_tree_outside(const __u64 *range, __u64 word,
					     __u64 guards)
{
	__u64 above = word - range[0];
	__u64 below = range[1] - (word ^ guards);

	return (above & below & guards) ^ guards;
}

/* The last word of a matching record, else a word above all of them. */
static __always_inline __u64 tg_tree_check(const volatile struct tg_tree *tree,
					   const struct tg_tree_key *key,
					   const __u64 *record)
{
	__u64 fails = tg_tree_outside(record, key->words[0], key->guards[0]);
	__u64 last = record[2];

	if (tree->words > 1) {
		fails |= tg_tree_outside(record + 2, key->words[1],
					 key->guards[1]);
		last = record[4];
	}
	if (tree->has_predicates)
		fails |= key->fails >> (last & TG_TREE_PREDICATE) & 1;
	tg_barrier_var(fails);
	return last | ((fails + TG_TREE_NO_MATCH - 1) & TG_TREE_NO_MATCH);
}

/*
 * The first group->records records are always compared. One bounds check covers
 * all records, as the verifier would explore both branches of each.
 */
static __always_inline __u64
tg_tree_compare(const volatile struct tg_tree *tree,
		const volatile struct tg_tree_group *group,
		const struct tg_tree_key *key, __u64 at, __u64 best)
{
	__u32 words = tree->words > 1 ? 5 : 3;
	const __u64 *leaf = tg_load_block(at, (1 + group->max_records * words) *
						      sizeof(__u64));
	__u32 count = leaf[0] & TG_TREE_SHIFT;
	const __u64 *record = leaf + 1;

	for (__u32 i = 0; i < TG_TREE_LEAF_MAX && i < group->max_records; i++) {
		if (i >= group->records && i >= count)
			break;
		best = tg_least(tg_tree_check(tree, key, record), best);
		record += words;
	}
	return best;
}

/* The outcome of the first matching rule; holds is ~0 without extras. */
static __always_inline __u32 tg_tree_find(const volatile struct tg_tree *tree,
					  const __u32 ranks[TG_TREE_FIELDS],
					  __u64 holds)
{
	struct tg_tree_key key = tg_tree_key_of(tree, ranks, holds);
	__u64 best = TG_TREE_NO_MATCH | (__u64)tree->none
						<< TG_TREE_OUTCOME_SHIFT;

	for (__u32 i = 0; i < TG_TREE_GROUPS && i < tree->groups; i++) {
		const volatile struct tg_tree_group *group = &tree->group[i];
		__u64 leaf;

		if (best >> TG_TREE_ORDER_SHIFT < group->first_order)
			continue;
		leaf = tg_tree_walk(tree, group, &key);
		best = tg_tree_compare(tree, group, &key, leaf, best);
	}
	return best >> TG_TREE_OUTCOME_SHIFT;
}

#endif
