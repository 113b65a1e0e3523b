// SPDX-License-Identifier: GPL-2.0-only
/* Chooses the cut of a node. */
#include <string.h>

#include "parts.h"

/* Weight of a table's size compared with the reduction of boxes. */
#define SIZE_MATTERS 0.05

#define STEPS_AS_RECORDS(count) ((count) / 3)

/* Cost and benefit of a cut. */
struct weight {
	uint64_t size; /* records in all tables */
	double left;   /* expected boxes in a packet's child */
};

/* Counts the boxes of each child. */
static void count_boxes(struct tree_work *work, struct tree_list list,
			const struct tree_region *region,
			const struct tree_cut *cut)
{
	const uint32_t *ids = &work->ids[list.start];
	uint32_t children = 1U << cut->bits;

	memset(work->counts, 0, (children + 1) * sizeof(*work->counts));
	for (size_t i = 0; i < list.count; i++) {
		const struct tree_box *box = &work->input->boxes[ids[i]];
		uint32_t first = tree_first(box, region, cut->field);
		uint32_t last = tree_last(box, region, cut->field);

		work->counts[tree_child_of(cut, first)]++;
		work->counts[tree_child_of(cut, last) + 1]--;
	}
	for (uint32_t i = 1; i < children; i++)
		work->counts[i] += work->counts[i - 1];
}

/* Assumes that packets are distributed like boxes, not uniformly. */
static struct weight weigh(struct tree_work *work, const struct tree_cut *cut)
{
	uint32_t children = 1U << cut->bits;
	uint64_t sum = 0, squares = 0;

	for (uint32_t i = 0; i < children; i++) {
		uint64_t count = work->counts[i];

		sum += count;
		if (count > work->leaf_records)
			squares += count * count;
		else
			squares += count * work->leaf_records;
	}
	return (struct weight){
		.size = sum + STEPS_AS_RECORDS(children),
		.left = sum ? (double)squares / sum : 0,
	};
}

/* Number of low bits in which ranks of the region differ. */
static unsigned int region_bits(const struct tree_region *region, int field)
{
	uint32_t differ = region->first[field] ^ region->last[field];

	return differ ? 32 - __builtin_clz(differ) : 0;
}

/*
 * Returns false if the cut is too expensive; otherwise sets its score, where
 * lower is better.
 */
static bool try_cut(struct tree_work *work, struct tree_list list,
		    const struct tree_region *region,
		    const struct tree_cut *cut, double *score)
{
	uint64_t limit = (uint64_t)list.count * work->growth + 8;
	struct weight weight;

	if (STEPS_AS_RECORDS(1U << cut->bits) > limit)
		return false;
	count_boxes(work, list, region, cut);
	weight = weigh(work, cut);
	work->work += list.count + (1U << cut->bits) / 4;
	*score = weight.left * (1 + SIZE_MATTERS * weight.size / limit);
	return weight.size <= limit;
}

bool tree_cut_choose(struct tree_work *work, struct tree_list list,
		     const struct tree_region *region, struct tree_cut *best)
{
	double least = list.count * 0.99, score;
	bool found = false;

	for (int field = 0; field < TREE_FIELDS; field++) {
		unsigned int bits = region_bits(region, field);

		for (unsigned int n = 1; n <= bits && n <= TREE_CUT_MAX; n++) {
			struct tree_cut cut = { field, bits - n, n };

			if (!try_cut(work, list, region, &cut, &score))
				break;
			if (score < least) {
				least = score;
				*best = cut;
				found = true;
			}
		}
	}
	return found;
}
