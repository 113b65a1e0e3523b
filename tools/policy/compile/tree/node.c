// SPDX-License-Identifier: GPL-2.0-only
/* Divides lists until they fit into leaves. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/* Wide nodes may take this factor of the memory of narrow ones. */
#define WIDE_COST 1.5

/* A node under construction. */
struct node {
	struct tree_cut cut;
	struct tree_region region;
	uint32_t *starts; /* of the children's lists, and the end of the last */
	uint64_t *slots;
	uint32_t height; /* steps from a slot to the lowest leaf */
};

static struct tree_list child_list(const struct node *node, uint32_t child)
{
	return (struct tree_list){
		.start = node->starts[child],
		.count = node->starts[child + 1] - node->starts[child],
	};
}

static struct tree_region child_region(const struct node *node, uint32_t child)
{
	const struct tree_cut *cut = &node->cut;
	struct tree_region region = node->region;
	uint32_t low_bits = (1U << cut->shift) - 1;
	uint32_t all_bits = (1ULL << (cut->shift + cut->bits)) - 1;
	uint32_t first =
		(region.first[cut->field] & ~all_bits) | child << cut->shift;

	if (first > region.first[cut->field])
		region.first[cut->field] = first;
	if ((first | low_bits) < region.last[cut->field])
		region.last[cut->field] = first | low_bits;
	return region;
}

static void count_children(struct tree_work *work, struct tree_list list,
			   struct node *node)
{
	const struct tree_cut *cut = &node->cut;
	uint32_t *counts = node->starts + 1;

	for (size_t i = 0; i < list.count; i++) {
		const struct tree_box *box =
			&work->input->boxes[work->ids[list.start + i]];
		uint32_t first = tree_first(box, &node->region, cut->field);
		uint32_t last = tree_last(box, &node->region, cut->field);

		counts[tree_child_of(cut, first)]++;
		counts[tree_child_of(cut, last) + 1]--;
	}
}

/* turns differences into the end of each list */
static bool place_children(struct tree_work *work, struct node *node)
{
	uint32_t children = 1U << node->cut.bits;
	uint32_t *counts = node->starts + 1;
	struct tree_list all;
	uint64_t sum = 0;
	uint32_t count = 0;

	for (uint32_t i = 0; i < children; i++) {
		count += counts[i];
		counts[i] = sum;
		sum += count;
	}
	if (!tree_work_on(work, sum) || !tree_list_reserve(work, sum, &all))
		return false;
	for (uint32_t i = 0; i < children; i++)
		counts[i] += all.start;
	node->starts[0] = all.start;
	return true;
}

static bool divide(struct tree_work *work, struct tree_list list,
		   struct node *node)
{
	const struct tree_cut *cut = &node->cut;
	uint32_t *ends = node->starts + 1;

	count_children(work, list, node);
	if (!place_children(work, node))
		return false;
	for (size_t i = 0; i < list.count; i++) {
		uint32_t id = work->ids[list.start + i];
		const struct tree_box *box = &work->input->boxes[id];
		uint32_t child = tree_child_of(
			cut, tree_first(box, &node->region, cut->field));
		uint32_t last = tree_child_of(
			cut, tree_last(box, &node->region, cut->field));

		for (; child <= last; child++)
			work->ids[ends[child]++] = id;
	}
	return true;
}

/*
 * True if the child has the same boxes as the one before, and none of them
 * starts or ends at the border between the two.
 */
static bool is_repeated(const struct tree_work *work, const struct node *node,
			uint32_t child)
{
	struct tree_list list = child_list(node, child);
	struct tree_list before = child_list(node, child - 1);
	struct tree_region region = child_region(node, child);
	struct tree_region other = child_region(node, child - 1);
	int field = node->cut.field;

	if (list.count != before.count ||
	    memcmp(&work->ids[list.start], &work->ids[before.start],
		   list.count * sizeof(*work->ids)))
		return false;
	for (size_t i = 0; i < list.count; i++) {
		const struct tree_box *box =
			&work->input->boxes[work->ids[list.start + i]];

		if (box->first[field] > other.first[field] ||
		    box->last[field] < region.last[field])
			return false;
	}
	return true;
}

static uint64_t *slot_of(const struct tree_work *work, const struct node *node,
			 uint32_t child)
{
	return &node->slots[(size_t)child * work->slot_words];
}

static void copy_slot(const struct tree_work *work, const struct node *node,
		      uint32_t child)
{
	memcpy(slot_of(work, node, child), slot_of(work, node, child - 1),
	       work->slot_words * sizeof(uint64_t));
}

/* The list is copied, as growing a child modifies it. */
static void grow_child(struct tree_work *work, struct node *node,
		       uint32_t child, uint32_t depth)
{
	struct tree_list list = child_list(node, child), copy;
	size_t used = work->used;
	uint32_t height;

	if (!tree_list_reserve(work, list.count, &copy))
		return;
	memcpy(&work->ids[copy.start], &work->ids[list.start],
	       list.count * sizeof(*work->ids));
	height = tree_grow(work, copy, child_region(node, child), depth,
			   slot_of(work, node, child));
	if (height > node->height)
		node->height = height;
	work->used = used;
}

static void grow_children(struct tree_work *work, struct node *node,
			  uint32_t depth)
{
	uint32_t children = 1U << node->cut.bits;

	for (uint32_t i = 0; i < children && !work->error; i++) {
		if (i && is_repeated(work, node, i))
			copy_slot(work, node, i);
		else
			grow_child(work, node, i, depth);
	}
}

/* The step word for a node with this distance between children, in bytes. */
static uint64_t step_to(const struct tree_work *work,
			const struct tree_cut *cut, uint32_t offset,
			unsigned int size_bits)
{
	const struct tree_layout *layout = &work->layout;
	uint64_t mask = (1ULL << cut->bits) - 1;

	return (uint64_t)offset << 32 |
	       mask << size_bits << TG_TREE_MASK_SHIFT |
	       layout->word[cut->field] << TG_TREE_WORD_SHIFT |
	       (layout->shift[cut->field] + cut->shift + 3 - size_bits);
}

/* A wide node contains its leaves in its slots. */
static uint64_t put_wide(struct tree_work *work, struct node *node)
{
	uint32_t children = 1U << node->cut.bits;
	uint32_t size = work->slot_words * sizeof(uint64_t);
	uint32_t offset =
		blob_reserve(work->blob, (size_t)children * size, size);

	if (!offset) {
		work->error = -E2BIG;
		return 0;
	}
	for (uint32_t i = 0; i < children; i++) {
		uint64_t *slot = slot_of(work, node, i);

		if (tree_leaf_is_loose(slot))
			slot[0] |= (uint64_t)(offset + i * size) << 32;
	}
	memcpy(work->blob->bytes + offset, node->slots,
	       (size_t)children * size);
	return step_to(work, &node->cut, offset, __builtin_ctz(size));
}

static uint64_t put_narrow(struct tree_work *work, struct node *node)
{
	uint32_t children = 1U << node->cut.bits;
	uint32_t offset;

	for (uint32_t i = 0; i < children && !work->error; i++) {
		uint64_t *slot = slot_of(work, node, i);

		if (tree_leaf_is_loose(slot))
			tree_leaf_put(work, slot);
		node->slots[i] = slot[0];
	}
	if (!node->height)
		node->height = 1;
	offset = blob_intern(work->blob, node->slots,
			     children * sizeof(uint64_t), sizeof(uint64_t));
	if (!offset)
		work->error = -E2BIG;
	return step_to(work, &node->cut, offset,
		       __builtin_ctz(sizeof(uint64_t)));
}

/* Wide nodes save a step, if the memory is acceptable. */
static bool is_wide(const struct tree_work *work, const struct node *node)
{
	const struct tree_cut *cut = &node->cut;
	size_t size = work->slot_words * sizeof(uint64_t);
	size_t children = 1U << cut->bits, leaves = 0;

	if (work->layout.shift[cut->field] + cut->shift + 3 <
	    (unsigned int)__builtin_ctz(size))
		return false;
	for (size_t i = 0; i < children; i++) {
		const uint64_t *slot = slot_of(work, node, i);

		leaves += tree_leaf_is_loose(slot) && slot[0] &&
			  (!i || memcmp(slot, slot - work->slot_words, size));
	}
	return children * size <=
	       WIDE_COST * (leaves * size + children * sizeof(uint64_t));
}

static void tree_node(struct tree_work *work, struct tree_list list,
		      struct node *node, uint32_t depth, uint64_t *slot)
{
	size_t children = 1U << node->cut.bits, used = work->used;

	node->height = 0;
	node->starts = calloc(children + 2, sizeof(*node->starts));
	node->slots = calloc(children * work->slot_words, sizeof(*node->slots));
	if (!node->starts || !node->slots)
		work->error = -ENOMEM;
	else if (divide(work, list, node))
		grow_children(work, node, depth + 1);
	if (!work->error)
		slot[0] = is_wide(work, node) ? put_wide(work, node)
					      : put_narrow(work, node);
	free(node->starts);
	free(node->slots);
	work->used = used;
}

uint32_t tree_grow(struct tree_work *work, struct tree_list list,
		   struct tree_region region, uint32_t depth, uint64_t *slot)
{
	struct node node;

	if (work->error)
		return 0;
	tree_list_clean(work, &list, &region);
	node.region = region;
	if (list.count > work->leaf_records && depth < TG_TREE_STEPS_MAX &&
	    tree_cut_choose(work, list, &region, &node.cut)) {
		tree_node(work, list, &node, depth, slot);
		return node.height + 1;
	}
	tree_leaf(work, list, slot);
	return list.count > work->leaf_records;
}
