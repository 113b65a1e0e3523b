// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a trie with three steps for 32-bit keys; see struct tg_policy_trie.
 * The bits of each step are chosen to minimize its size.
 */
#include <errno.h>

#include "policy/compile/emit/tables.h"

#define KEY_BITS 32
#define ROOT_BITS_MIN 10
#define ROOT_BITS_MAX 16
#define PAGE_BITS_MIN 7
#define PAGE_BITS_MAX 12

enum { ROOT, MIDDLE, LOW, STEPS };

struct trie {
	struct blob *blob;
	struct number_walk walk;
	unsigned int bits[STEPS];
	uint32_t cells; /* a cell for each class: step word, class */
};

/* Number of key bits used from this step on. */
static unsigned int bits_from(const struct trie *trie, int step)
{
	unsigned int bits = 0;

	for (; step < STEPS; step++)
		bits += trie->bits[step];
	return bits;
}

/* --- bits of each step */

/* Number of pages: ranges of this many bits with an interval border inside. */
static size_t pages_of(const struct dimension *dimension, unsigned int bits)
{
	size_t count = 0;
	uint64_t last = UINT64_MAX;

	for (size_t i = 1; i < dimension->interval_count; i++) {
		uint64_t start = dimension->starts[i], page = start >> bits;

		if (start & ((UINT64_C(1) << bits) - 1) && page != last) {
			count++;
			last = page;
		}
	}
	return count;
}

/* Upper bound of the size in bytes; equal pages are stored once. */
static size_t size_of(const struct trie *trie)
{
	const struct dimension *dimension = trie->walk.numbering->dimension;
	size_t words = (size_t)1 << trie->bits[ROOT];

	for (int step = MIDDLE; step < STEPS; step++)
		words += pages_of(dimension, bits_from(trie, step))
			 << trie->bits[step];
	return words * sizeof(uint32_t);
}

static void choose_bits(struct trie *trie)
{
	struct trie tried = *trie;
	size_t least = SIZE_MAX;

	for (unsigned int root = ROOT_BITS_MIN; root <= ROOT_BITS_MAX; root++) {
		for (unsigned int low = PAGE_BITS_MIN; low <= PAGE_BITS_MAX;
		     low++) {
			unsigned int middle = KEY_BITS - root - low;
			size_t size;

			if (middle < PAGE_BITS_MIN || middle > PAGE_BITS_MAX)
				continue;
			tried.bits[ROOT] = root;
			tried.bits[MIDDLE] = middle;
			tried.bits[LOW] = low;
			size = size_of(&tried);
			if (size < least) {
				*trie = tried;
				least = size;
			}
		}
	}
}

/* --- pages */

static void write_cells(struct trie *trie, uint32_t count)
{
	trie->cells = blob_reserve_cells(trie->blob, count);
	for (uint32_t i = 0; trie->cells && i < count; i++)
		blob_set_cell(trie->blob, TG_CELL(trie->cells, i),
			      TG_CELL(trie->cells, i) + 4, TG_CLASS(i));
}

static bool is_one_interval(struct trie *trie, uint64_t first, uint64_t last)
{
	const struct dimension *dimension = trie->walk.numbering->dimension;
	uint32_t next;

	number_at(&trie->walk, first);
	next = trie->walk.interval + 1;
	return next >= dimension->interval_count ||
	       dimension->starts[next] > last;
}

/* Word for a range within one class, which ends the walk. */
static uint32_t class_word(const struct trie *trie, int step, uint32_t number)
{
	switch (step) {
	case MIDDLE:
		return TG_CELL(trie->cells, number);
	case LOW:
		return TG_CELL(trie->cells, number) + 4;
	default:
		return TG_CLASS(number);
	}
}

/* Word for the range that starts at `first`. */
static uint32_t trie_word(struct trie *trie, int step, uint64_t first)
{
	uint32_t words[1 << PAGE_BITS_MAX];
	uint32_t number = number_at(&trie->walk, first);
	unsigned int bits = bits_from(trie, step), rest;
	uint32_t count;
	bool is_same = true;

	if (is_one_interval(trie, first, first + (UINT64_C(1) << bits) - 1))
		return class_word(trie, step, number);
	count = 1U << trie->bits[step];
	rest = bits_from(trie, step + 1);
	for (uint64_t i = 0; i < count; i++) {
		words[i] = trie_word(trie, step + 1, first + (i << rest));
		is_same &= words[i] == class_word(trie, step + 1, number);
	}
	if (is_same)
		return class_word(trie, step, number);
	return blob_intern(trie->blob, words, count * sizeof(*words),
			   TG_ROW_ALIGN);
}

static uint32_t write_root(struct trie *trie)
{
	uint32_t count = 1U << trie->bits[ROOT];
	uint32_t root = blob_reserve(trie->blob, count * sizeof(uint32_t), 4);

	write_cells(trie, trie->walk.numbering->count);
	for (uint64_t i = 0; i < count && !trie->blob->is_full; i++)
		blob_set(trie->blob, root + i * sizeof(uint32_t),
			 trie_word(trie, MIDDLE, i << bits_from(trie, MIDDLE)));
	return root;
}

int table_trie(struct blob *blob, const struct numbering *numbering,
	       size_t size_max, struct tg_policy_trie *layout)
{
	struct trie trie = { .blob = blob, .walk.numbering = numbering };
	size_t size = blob->size, limit = blob->limit;
	bool is_full;

	choose_bits(&trie);
	if (size + size_max < limit)
		blob->limit = size + size_max;
	layout->root = write_root(&trie);
	is_full = blob->is_full;
	blob->limit = limit;
	if (is_full) {
		blob_rewind(blob, size);
		return -E2BIG;
	}
	layout->root_shift = bits_from(&trie, MIDDLE);
	layout->middle_shift = trie.bits[LOW];
	layout->middle_mask = (1U << trie.bits[MIDDLE]) - 1;
	layout->low_mask = (1U << trie.bits[LOW]) - 1;
	return 0;
}
