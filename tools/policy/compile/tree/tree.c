// SPDX-License-Identifier: GPL-2.0-only
#include "tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/* Limit for the number of list entries processed. */
#define WORK_MAX 250000000ULL

/*
 * Parameters of a forest: maximum records of a leaf, and how many times a
 * node's boxes its children may have together. Trees with few boxes may use
 * more, up to growth_max, so that they are not the slowest.
 */
struct tree_params {
	uint32_t records, growth, growth_max;
};

/* two records and a step fit into a cache line */
static const struct tree_params fast = { 2, 3, 64 };

/* Limits for a fast forest, in bytes: in total, plus for each box. */
#define FAST_SIZE (4UL << 20)
#define FAST_BOX 256

static const struct tree_params small = { 6, 2, 4 };

bool tree_work_on(struct tree_work *work, size_t amount)
{
	work->work += amount;
	if (work->work > work->input->work_max && !work->error)
		work->error = -E2BIG;
	return !work->error;
}

static struct tree_region whole_region(const struct tree_input *input)
{
	struct tree_region region = { 0 };

	for (int field = 0; field < TREE_FIELDS; field++) {
		if (input->ranks[field])
			region.last[field] = input->ranks[field] - 1;
	}
	return region;
}

static uint32_t growth_for(const struct tree_work *work, struct tree_list list)
{
	const struct tree_params *params = work->params;
	size_t growth = params->growth * work->input->count / 4 / list.count;

	if (growth < params->growth)
		return params->growth;
	return growth < params->growth_max ? growth : params->growth_max;
}

static void grow_group(struct tree_work *work, struct tree_list list,
		       struct tg_tree_group *group)
{
	uint32_t first_order = work->ids[list.start] + 1;
	uint64_t slot[TREE_SLOT_WORDS_MAX];
	uint32_t steps;

	work->growth = growth_for(work, list);
	work->records = 0;
	steps = tree_grow(work, list, whole_region(work->input), 1, slot);
	if (!work->error && tree_leaf_is_loose(slot)) {
		tree_leaf_put(work, slot);
		steps = 1;
	}
	if (work->error)
		return;
	*group = (struct tg_tree_group){
		.step = slot[0],
		.root = slot[0] >> 32,
		.max_steps = steps,
		.max_records = work->records,
		.first_order = first_order,
	};
	tree_measure(work, group);
}

/* A step and the records of a leaf, rounded up to a power of two. */
static uint32_t slot_words(const struct tree_work *work)
{
	size_t size = tree_record_words(&work->layout);
	uint32_t words = 1;

	while (words < 1 + work->leaf_records * size)
		words *= 2;
	return words;
}

static void grow_forest(struct tree_work *work,
			const struct tree_params *params, struct tg_tree *tree)
{
	struct tree_list lists[TG_TREE_GROUPS];

	work->params = params;
	work->leaf_records = params->records;
	work->slot_words = slot_words(work);
	tree->groups = 0;
	if (tree_partition(work, lists))
		return;
	for (int i = 0; i < TG_TREE_GROUPS && !work->error; i++) {
		if (lists[i].count)
			grow_group(work, lists[i],
				   &tree->group[tree->groups++]);
	}
}

/* Discards the forest. */
static void discard_forest(struct tree_work *work, size_t size,
			   struct tg_tree *tree)
{
	blob_rewind(work->blob, size);
	memset(tree->group, 0, sizeof(tree->group));
	hash_free(&work->leaves);
	work->used = 0;
	work->error = 0;
}

/* A lookup may read as many bytes after each leaf as the longest leaf has. */
static void pad_leaves(struct tree_work *work)
{
	size_t longest =
		1 + TG_TREE_LEAF_MAX * tree_record_words(&work->layout);

	if (!blob_reserve(work->blob, longest * sizeof(uint64_t),
			  sizeof(uint64_t)) &&
	    !work->error)
		work->error = -E2BIG;
}

/* Tries a fast forest, and a small one if that exceeds its limits. */
static void grow_best_forest(struct tree_work *work, struct tg_tree *tree)
{
	struct blob *blob = work->blob;
	size_t size = blob->size, limit = blob->limit;
	size_t enough = size + FAST_SIZE + FAST_BOX * work->input->count;

	if (enough < limit)
		blob->limit = enough;
	grow_forest(work, &fast, tree);
	blob->limit = limit;
	if (work->error == -E2BIG && work->work < work->input->work_max) {
		discard_forest(work, size, tree);
		grow_forest(work, &small, tree);
	}
}

static void describe(const struct tree_work *work, struct tg_tree *tree)
{
	const struct tree_layout *layout = &work->layout;

	tree->words = layout->words;
	tree->none = work->input->none;
	for (size_t i = 0; i < work->input->count; i++)
		tree->has_predicates |= !!work->input->boxes[i].predicate;
	for (int field = 0; field < TREE_FIELDS; field++) {
		tree->shift[field] = layout->shift[field];
		tree->word[field] = layout->word[field];
	}
	for (int word = 0; word < TG_TREE_WORDS; word++) {
		tree->guards[word][0] = layout->guards[word];
		tree->guards[word][1] = layout->guards[word] >> 32;
	}
}

int tree_build(struct blob *blob, const struct tree_input *input,
	       struct tg_tree *tree)
{
	struct tree_input limited = *input;
	struct tree_work work = { .input = &limited, .blob = blob };

	*tree = (struct tg_tree){ 0 };
	if (input->count >= 1UL << TG_TREE_ORDER_BITS)
		return -E2BIG;
	if (!limited.work_max)
		limited.work_max = WORK_MAX;
	work.error = tree_layout_plan(&work.layout, input->ranks);
	if (work.error)
		return work.error;
	describe(&work, tree);
	work.counts = calloc((1 << TREE_CUT_MAX) + 1, sizeof(*work.counts));
	if (!work.counts)
		return -ENOMEM;
	grow_best_forest(&work, tree);
	if (!work.error && tree->groups)
		pad_leaves(&work);
	free(work.counts);
	free(work.ids);
	hash_free(&work.leaves);
	return work.error;
}
