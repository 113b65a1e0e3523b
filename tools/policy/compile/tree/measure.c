// SPDX-License-Identifier: GPL-2.0-only
/*
 * A lookup takes some steps, and compares some records, without a look at
 * whether it needs them: that costs little, and a wrong guess of the processor
 * costs more. How many are best is tried on keys from all the boxes.
 */
#include <string.h>

#include "parts.h"

/* So many keys at most. */
#define SAMPLES 4096

/* What a wrong guess costs, in steps or records. */
#define WRONG_GUESS 3

struct walk {
	uint32_t steps, records;
};

/* How many walks had how many of something. */
struct spread {
	uint32_t walks[TG_TREE_LEAF_MAX + 1];
};

static uint64_t read_word(const struct blob *blob, uint32_t offset)
{
	uint64_t word;

	memcpy(&word, blob->bytes + offset, sizeof(word));
	return word;
}

/* Always the same numbers, so that equal input makes equal bytes. */
static uint32_t next_number(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 32;
}

static void pick_key(const struct tree_layout *layout,
		     const struct tree_box *box, uint64_t *state,
		     uint64_t key[TG_TREE_WORDS])
{
	memset(key, 0, TG_TREE_WORDS * sizeof(*key));
	for (int field = 0; field < TREE_FIELDS; field++) {
		uint64_t span = (uint64_t)box->last[field] - box->first[field];
		uint64_t rank = box->first[field] +
				(next_number(state) * (span + 1) >> 32);

		key[layout->word[field]] |= rank << layout->shift[field];
	}
}

/* A leaf's own step leads back to it. */
static struct walk walk(const struct blob *blob,
			const struct tg_tree_group *group,
			const uint64_t key[TG_TREE_WORDS])
{
	uint64_t step = (uint64_t)group->root << 32 | group->step;
	struct walk walk = { 0 };
	uint32_t offset;

	do {
		uint64_t word = key[step >> TG_TREE_WORD_SHIFT & 1];
		uint32_t mask = (uint32_t)step >> TG_TREE_MASK_SHIFT;

		offset = (step >> 32) +
			 (word << 3 >> (step & TG_TREE_SHIFT) & mask);
		step = read_word(blob, offset);
		walk.steps++;
	} while (step >> 32 != offset);
	walk.records = step & TG_TREE_SHIFT;
	return walk;
}

/* From then on a lookup asks each time whether there is more. */
static uint32_t cost(const struct spread *spread, uint32_t fixed, uint32_t max)
{
	uint32_t cost = 0, done = 0;

	for (uint32_t i = 0; i <= max; i++) {
		uint32_t now = spread->walks[i], left;

		cost += now * (i > fixed ? i : fixed);
		done = i <= fixed ? done + now : now;
		left = 0;
		for (uint32_t j = i + 1; j <= max; j++)
			left += spread->walks[j];
		if (i >= fixed)
			cost += WRONG_GUESS * (left < done ? left : done);
	}
	return cost;
}

static uint32_t best_of(const struct spread *spread, uint32_t max)
{
	uint32_t best = max, least = cost(spread, max, max);

	for (uint32_t fixed = max; fixed-- > 1;) {
		uint32_t now = cost(spread, fixed, max);

		if (now < least) {
			least = now;
			best = fixed;
		}
	}
	return best;
}

void tree_measure(const struct tree_work *work, struct tg_tree_group *group)
{
	const struct tree_input *input = work->input;
	struct spread steps = { 0 }, records = { 0 };
	size_t stride = input->count / SAMPLES + 1;
	uint64_t state = 1;

	for (size_t i = 0; i < input->count; i += stride) {
		uint64_t key[TG_TREE_WORDS];
		struct walk found;

		pick_key(&work->layout, &input->boxes[i], &state, key);
		found = walk(work->blob, group, key);
		steps.walks[found.steps]++;
		records.walks[found.records]++;
	}
	group->steps = best_of(&steps, group->max_steps);
	group->records = best_of(&records, group->max_records);
	if (group->records > work->leaf_records)
		group->records = work->leaf_records;
}
