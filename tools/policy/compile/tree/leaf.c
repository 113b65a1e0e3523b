// SPDX-License-Identifier: GPL-2.0-only
/* Leaves: a step that leads to itself, and the records to compare. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/* Two records and the step of a leaf fit into a line. */
#define CACHE_LINE 64

enum { WORDS_MAX = 1 + TG_TREE_LEAF_MAX * (2 * TG_TREE_WORDS + 1) };

/* A leaf that is there; they are told apart by what follows their steps. */
struct tree_known_leaf {
	uint64_t hash;
	uint32_t offset, size;
};

static uint64_t hash_of(const uint64_t *words, size_t count)
{
	uint64_t hash = count;

	for (size_t i = 0; i < count; i++) {
		hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
	}
	return hash ^ hash >> 32;
}

static struct tree_known_leaf *look_up(const struct tree_work *work,
				       const struct tree_known_leaf *leaf,
				       const uint64_t *words)
{
	size_t mask = work->leaf_room - 1;
	size_t i = leaf->hash & mask;

	for (; work->leaves[i].offset; i = (i + 1) & mask) {
		struct tree_known_leaf *known = &work->leaves[i];

		if (known->hash == leaf->hash && known->size == leaf->size &&
		    !memcmp(work->blob->bytes + known->offset +
				    sizeof(uint64_t),
			    words, leaf->size))
			break;
	}
	return &work->leaves[i];
}

static bool make_room(struct tree_work *work)
{
	size_t room = work->leaf_room ? work->leaf_room * 2 : 1024;
	struct tree_known_leaf *leaves;

	if (work->leaf_count * 2 < work->leaf_room)
		return true;
	leaves = calloc(room, sizeof(*leaves));
	if (!leaves) {
		work->error = -ENOMEM;
		return false;
	}
	for (size_t i = 0; i < work->leaf_room; i++) {
		size_t at = work->leaves[i].hash & (room - 1);

		if (!work->leaves[i].offset)
			continue;
		while (leaves[at].offset)
			at = (at + 1) & (room - 1);
		leaves[at] = work->leaves[i];
	}
	free(work->leaves);
	work->leaves = leaves;
	work->leaf_room = room;
	return true;
}

/* words[0] is where the step goes, which has the count already. */
static uint64_t put(struct tree_work *work, uint64_t *words, size_t count)
{
	struct tree_known_leaf leaf = {
		.hash = hash_of(words + 1, count - 1),
		.size = (count - 1) * sizeof(*words),
	};
	struct tree_known_leaf *known;

	if (!make_room(work))
		return 0;
	known = look_up(work, &leaf, words + 1);
	if (known->offset)
		return (uint64_t)known->offset << 32;
	leaf.offset =
		blob_reserve(work->blob, count * sizeof(*words), CACHE_LINE);
	if (!leaf.offset) {
		work->error = -E2BIG;
		return 0;
	}
	words[0] |= (uint64_t)leaf.offset << 32;
	memcpy(work->blob->bytes + leaf.offset, words, count * sizeof(*words));
	*known = leaf;
	work->leaf_count++;
	return (uint64_t)leaf.offset << 32;
}

bool tree_leaf_is_loose(const uint64_t *slot)
{
	return !(slot[0] >> TG_TREE_MASK_SHIFT);
}

void tree_leaf_put(struct tree_work *work, uint64_t *slot)
{
	size_t size = tree_record_words(&work->layout);

	slot[0] = put(work, slot, 1 + work->leaf_records * size);
}

void tree_leaf(struct tree_work *work, struct tree_list list, uint64_t *slot)
{
	const struct tree_layout *layout = &work->layout;
	size_t size = tree_record_words(layout), count = list.count;
	uint64_t long_leaf[WORDS_MAX], *words = slot;

	if (count > TG_TREE_LEAF_MAX) {
		work->error = -E2BIG;
		return;
	}
	if (count > work->records)
		work->records = count;
	if (count > work->leaf_records)
		words = long_leaf;
	words[0] = count;
	for (size_t i = 0; i < count; i++)
		tree_record_pack(layout, work->input, work->ids[list.start + i],
				 &words[1 + i * size]);
	for (; count < work->leaf_records; count++)
		tree_record_never(layout, &words[1 + count * size]);
	if (words != slot)
		slot[0] = put(work, words, 1 + count * size);
}
