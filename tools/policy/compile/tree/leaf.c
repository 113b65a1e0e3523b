// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes leaves: a self-referencing step, which ends the walk, and records to
 * compare.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/* Two records and a step fit into a cache line. */
#define CACHE_LINE 64

enum { WORDS_MAX = 1 + TG_TREE_LEAF_MAX * (2 * TG_TREE_WORDS + 1) };

/* Finds a leaf with equal contents after its step. */
static uint32_t find_leaf(const struct tree_work *work, uint64_t hash,
			  const uint64_t *words, size_t size)
{
	const struct blob *blob = work->blob;
	uint32_t offset;

	for (size_t step = 0; hash_next(&work->leaves, hash, &step, &offset);) {
		if (offset + sizeof(*words) + size <= blob->size &&
		    !memcmp(blob->bytes + offset + sizeof(*words), words, size))
			return offset;
	}
	return 0;
}

/* words[0] is the step, with the number of records but without its target. */
static uint64_t leaf_put(struct tree_work *work, uint64_t *words, size_t count)
{
	size_t size = (count - 1) * sizeof(*words);
	uint64_t hash = hash_bytes(0, words + 1, size);
	uint32_t offset = find_leaf(work, hash, words + 1, size);

	if (offset)
		return (uint64_t)offset << 32;
	offset = blob_reserve(work->blob, count * sizeof(*words), CACHE_LINE);
	if (!offset || !hash_add(&work->leaves, hash, offset)) {
		work->error = offset ? -ENOMEM : -E2BIG;
		return 0;
	}
	words[0] |= (uint64_t)offset << 32;
	memcpy(work->blob->bytes + offset, words, count * sizeof(*words));
	return (uint64_t)offset << 32;
}

bool tree_leaf_is_loose(const uint64_t *slot)
{
	return !(slot[0] >> TG_TREE_MASK_SHIFT);
}

void tree_leaf_put(struct tree_work *work, uint64_t *slot)
{
	size_t size = tree_record_words(&work->layout);

	slot[0] = leaf_put(work, slot, 1 + work->leaf_records * size);
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
		slot[0] = leaf_put(work, words, 1 + count * size);
}
