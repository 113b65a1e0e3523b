// SPDX-License-Identifier: GPL-2.0-only
#include "tables.h"

#include <string.h>

#define PAGE 256

uint32_t number_of_interval(const struct numbering *numbering,
			    uint32_t interval)
{
	return numbering->numbers ? numbering->numbers[interval] : interval;
}

uint32_t table_cells(struct blob *blob, uint32_t count)
{
	uint32_t cells = blob_reserve_cells(blob, count);

	for (uint32_t i = 0; cells && i < count; i++)
		blob_set_cell(blob, TG_CELL(cells, i), TG_CELL(cells, i),
			      TG_CLASS(i));
	return cells;
}

/* Goes through the values in order, and always knows the interval. */
struct walk {
	const struct numbering *numbering;
	uint32_t interval;
};

static uint32_t number_at(struct walk *walk, uint64_t value)
{
	const struct dimension *dimension = walk->numbering->dimension;

	while (walk->interval + 1 < dimension->interval_count &&
	       dimension->starts[walk->interval + 1] <= value)
		walk->interval++;
	return number_of_interval(walk->numbering, walk->interval);
}

/* Values, and one more for absence. */
static uint32_t value_count(const struct dimension *dimension)
{
	return (uint32_t)dimension->max + 2;
}

uint32_t table_direct(struct blob *blob, const struct numbering *numbering)
{
	uint32_t count = value_count(numbering->dimension), table[PAGE + 1];
	struct walk walk = { numbering, 0 };

	for (uint32_t value = 0; value < count; value++)
		table[value] = TG_CLASS(number_at(&walk, value));
	return blob_intern(blob, table, 4 * (size_t)count, 4);
}

uint32_t table_paged(struct blob *blob, const struct numbering *numbering)
{
	uint32_t count = value_count(numbering->dimension);
	uint32_t pages[65536 / PAGE + 1], page[PAGE];
	struct walk walk = { numbering, 0 };
	size_t page_count = 0;

	for (uint32_t value = 0; value < count; value += PAGE) {
		for (uint32_t i = 0; i < PAGE; i++)
			page[i] = TG_CLASS(number_at(&walk, value + i));
		pages[page_count++] = blob_intern(blob, page, sizeof(page), 4);
	}
	return blob_intern(blob, pages, 4 * page_count, 4);
}

/* --- 32 bits: 16, 8 and 8 */

struct trie {
	struct blob *blob;
	struct walk walk;
	uint32_t cells;
};

static bool is_one_interval(struct trie *trie, uint64_t first, uint64_t last)
{
	const struct dimension *dimension = trie->walk.numbering->dimension;
	uint32_t next;

	number_at(&trie->walk, first);
	next = trie->walk.interval + 1;
	return next >= dimension->interval_count ||
	       dimension->starts[next] > last;
}

/* What stands in a node for the values whose lowest bits are free. */
static uint32_t trie_reference(struct trie *trie, uint64_t first,
			       unsigned int free_bits)
{
	uint32_t words[PAGE];
	uint64_t size = (uint64_t)1 << free_bits;

	if (is_one_interval(trie, first, first + size - 1))
		return TG_CELL(trie->cells, number_at(&trie->walk, first));
	for (uint64_t i = 0; i < PAGE; i++)
		words[i] = trie_reference(trie, first + i * size / PAGE,
					  free_bits - 8);
	for (int i = 1; i < PAGE; i++) {
		if (words[i] != words[0])
			return blob_intern(trie->blob, words, sizeof(words),
					   TG_ROW_ALIGN);
	}
	return words[0];
}

uint32_t table_trie(struct blob *blob, const struct numbering *numbering)
{
	struct trie trie = { .blob = blob, .walk.numbering = numbering };
	uint32_t root = blob_reserve(blob, 65536 * 4, 4);

	trie.cells = table_cells(blob, numbering->count);
	for (uint64_t i = 0; i < 65536 && !blob->is_full; i++)
		blob_set(blob, root + 4 * i,
			 trie_reference(&trie, i << 16, 16));
	return root;
}
