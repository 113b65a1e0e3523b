// SPDX-License-Identifier: GPL-2.0-only
#include "tables.h"

#include <string.h>

#define PAGE 256

uint32_t number_of_interval(const struct numbering *numbering,
			    uint32_t interval)
{
	return numbering->numbers ? numbering->numbers[interval] : interval;
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
	uint32_t cells; /* of each class: its second word, and the class */
};

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

/* What a step finds for all values of one class, whose lowest bits are free. */
static uint32_t class_word(const struct trie *trie, uint32_t number,
			   unsigned int free_bits)
{
	switch (free_bits) {
	case 0:
		return TG_CLASS(number);
	case 8:
		return TG_CELL(trie->cells, number) + 4;
	default:
		return TG_CELL(trie->cells, number);
	}
}

static uint32_t trie_word(struct trie *trie, uint64_t first,
			  unsigned int free_bits)
{
	uint32_t words[PAGE], number = number_at(&trie->walk, first);
	uint64_t size = (uint64_t)1 << free_bits;
	bool is_same = true;

	if (is_one_interval(trie, first, first + size - 1))
		return class_word(trie, number, free_bits);
	for (uint64_t i = 0; i < PAGE; i++) {
		words[i] =
			trie_word(trie, first + i * size / PAGE, free_bits - 8);
		is_same &= words[i] == class_word(trie, number, free_bits - 8);
	}
	if (is_same)
		return class_word(trie, number, free_bits);
	return blob_intern(trie->blob, words, sizeof(words), TG_ROW_ALIGN);
}

uint32_t table_trie(struct blob *blob, const struct numbering *numbering)
{
	struct trie trie = { .blob = blob, .walk.numbering = numbering };
	uint32_t root = blob_reserve(blob, 65536 * 4, 4);

	write_cells(&trie, numbering->count);
	for (uint64_t i = 0; i < 65536 && !blob->is_full; i++)
		blob_set(blob, root + 4 * i, trie_word(&trie, i << 16, 16));
	return root;
}
