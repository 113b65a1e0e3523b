// SPDX-License-Identifier: GPL-2.0-only
/* Packs fields into a key, and boxes into the records of the lookup. */
#include <errno.h>

#include "parts.h"

/* Guard bits stay below the bit that signals a mismatch. */
#define KEY_BITS 62

/* log2 of the bits between slots, less those of a word. */
#define SLOT_SHIFT 5

static unsigned int bits_for(uint32_t ranks)
{
	return ranks > 1 ? 32 - __builtin_clz(ranks - 1) : 0;
}

static void put_field(struct tree_layout *layout, int field, uint32_t word,
		      unsigned int bits, unsigned int *used)
{
	layout->word[field] = word;
	layout->shift[field] = *used;
	*used += bits;
	layout->guards[word] |= 1ULL << *used;
	*used += 1;
}

/* With two words, the source fields are in the second. */
static uint32_t second_word(int field)
{
	return field == 1 || field == 4;
}

int tree_layout_plan(struct tree_layout *layout, const uint32_t *ranks)
{
	unsigned int bits[TREE_FIELDS], sum = 0;
	unsigned int used[TG_TREE_WORDS] = { 0 };

	for (int field = 0; field < TREE_FIELDS; field++) {
		bits[field] = bits_for(ranks[field]);
		sum += bits[field] + 1;
	}
	*layout = (struct tree_layout){ .words = sum > KEY_BITS ? 2 : 1 };
	/* leave room for the shift of slot indexes */
	if (layout->words > 1 || sum + SLOT_SHIFT <= KEY_BITS)
		used[0] = used[1] = SLOT_SHIFT;
	for (int field = 0; field < TREE_FIELDS; field++) {
		uint32_t word = layout->words > 1 ? second_word(field) : 0;

		if (used[word] + bits[field] + 1 > KEY_BITS)
			return -E2BIG;
		put_field(layout, field, word, bits[field], &used[word]);
	}
	return 0;
}

size_t tree_record_words(const struct tree_layout *layout)
{
	return 2 * layout->words + 1;
}

void tree_record_pack(const struct tree_layout *layout,
		      const struct tree_input *input, uint32_t id,
		      uint64_t *record)
{
	const struct tree_box *box = &input->boxes[id];

	for (uint32_t word = 0; word < layout->words; word++) {
		record[2 * word] = 0;
		record[2 * word + 1] = layout->guards[word];
	}
	for (int field = 0; field < TREE_FIELDS; field++) {
		uint64_t *range = &record[2 * layout->word[field]];

		range[0] |= (uint64_t)box->first[field] << layout->shift[field];
		range[1] |= (uint64_t)box->last[field] << layout->shift[field];
	}
	/* order 0 is the default's, which always matches */
	record[2 * layout->words] = (uint64_t)(id + 1) << TG_TREE_ORDER_SHIFT |
				    (uint64_t)box->outcome
					    << TG_TREE_OUTCOME_SHIFT |
				    box->predicate;
}

/*
 * A record that no key matches: its lower bound uses the guard bit. Its order
 * is larger than the default's.
 */
void tree_record_never(const struct tree_layout *layout, uint64_t *record)
{
	for (uint32_t word = 0; word < layout->words; word++) {
		record[2 * word] = layout->guards[word];
		record[2 * word + 1] = 0;
	}
	record[2 * layout->words] =
		TG_TREE_NO_MATCH | 1ULL << TG_TREE_ORDER_SHIFT;
}
