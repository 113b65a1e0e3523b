// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses how many steps and records every lookup processes unconditionally.
 * Extra work is cheap compared with a mispredicted branch. The numbers are
 * chosen by simulating lookups of keys from all boxes.
 */
#include <string.h>

#include "parts.h"

/* Maximum number of simulated lookups. */
#define SAMPLES 4096

/* Cost of a mispredicted branch, in steps or records. */
#define WRONG_GUESS 3

struct walk {
	uint32_t steps, records;
};

/* Histogram: number of walks by number of steps or records. */
struct spread {
	uint32_t walks[TG_TREE_LEAF_MAX + 1];
};

static uint64_t read_word(const struct blob *blob, uint32_t offset)
{
	uint64_t word;

	memcpy(&word, blob->bytes + offset, sizeof(word));
	return word;
}

/* Deterministic, so that equal input produces equal output. */
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

/* A leaf's step refers to itself. */
static struct walk simulate_lookup(const struct blob *blob,
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

/* Beyond `fixed`, a lookup has a branch for each step or record. */
static uint32_t lookup_cost(const struct spread *spread, uint32_t fixed,
			    uint32_t max)
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
	uint32_t best = max, least = lookup_cost(spread, max, max);

	for (uint32_t fixed = max; fixed-- > 1;) {
		uint32_t now = lookup_cost(spread, fixed, max);

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
		found = simulate_lookup(work->blob, group, key);
		steps.walks[found.steps]++;
		records.walks[found.records]++;
	}
	group->steps = best_of(&steps, group->max_steps);
	group->records = best_of(&records, group->max_records);
	if (group->records > work->leaf_records)
		group->records = work->leaf_records;
}
