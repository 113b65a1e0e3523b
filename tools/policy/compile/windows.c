// SPDX-License-Identifier: GPL-2.0-only
#include "windows.h"

/* An index into a node is out of sight for a cell; the first one meets none. */
#define WINDOW_BITS_MAX 14
#define FIRST_WINDOW_BITS_MAX 16
#define BUCKET_SIZES 6 /* up to 0, 1, 3, 7, 15 and 31 further starts */
#define IMPOSSIBLE 1e18

/* A step in a bucket, in steps of the trie: it compares, and loads more. */
#define BUCKET_STEP_COST 1.5

/* Beyond this, more steps are better than more memory. */
#define BYTES_PER_INTERVAL 32.0
#define BYTES_ALWAYS (512 << 10)

#define DEPTHS (WINDOW_WORD_BITS + 1)

/* How many leading bits of the high word tell this start from its block's. */
static unsigned int depth_of(u128 start)
{
	uint64_t high = start >> WINDOW_WORD_BITS;

	if ((uint64_t)start)
		return WINDOW_WORD_BITS + 1;
	return high ? WINDOW_WORD_BITS - __builtin_ctzll(high) : 0;
}

static uint64_t block_of(u128 start, unsigned int bits)
{
	uint64_t high = start >> WINDOW_WORD_BITS;

	return bits ? high >> (WINDOW_WORD_BITS - bits) : 0;
}

/*
 * How many blocks of so many leading bits have more starts inside than a bucket
 * takes.
 */
static size_t count_blocks(const u128 *starts, size_t count, unsigned int bits,
			   size_t bucket_room)
{
	size_t blocks = 0, inside = 0;
	uint64_t last = 0;

	for (size_t i = 1; i < count; i++) {
		uint64_t block = block_of(starts[i], bits);

		if (depth_of(starts[i]) <= bits)
			continue;
		if (block != last)
			inside = 0;
		last = block;
		if (++inside == bucket_room + 1)
			blocks++;
	}
	return blocks;
}

struct plan {
	unsigned int steps, ends[TG_WIDE_STEPS + 1];
	double bytes, cost;
};

static unsigned int window_max(unsigned int step)
{
	return step == 1 ? FIRST_WINDOW_BITS_MAX : WINDOW_BITS_MAX;
}

/*
 * The windows that need the least memory in so many steps: the best ones that
 * end at `to` are the best that end at some `from` before, and one more.
 */
static struct plan plan_for(const size_t blocks[DEPTHS], unsigned int depth,
			    unsigned int steps)
{
	double best[TG_WIDE_STEPS + 1][DEPTHS];
	unsigned int via[TG_WIDE_STEPS + 1][DEPTHS] = { 0 };
	struct plan plan = { .steps = steps };

	for (unsigned int step = 0; step <= steps; step++) {
		for (unsigned int to = 0; to <= depth; to++) {
			best[step][to] = step || to ? IMPOSSIBLE : 0;
			for (unsigned int from = 0; step && from < to; from++) {
				double bytes = best[step - 1][from];

				if (to - from > window_max(step))
					continue;
				bytes +=
					4.0 * blocks[from] * (1 << (to - from));
				if (bytes >= best[step][to])
					continue;
				best[step][to] = bytes;
				via[step][to] = from;
			}
		}
	}
	plan.bytes = best[steps][depth];
	plan.ends[steps] = depth;
	for (unsigned int step = steps; step; step--)
		plan.ends[step - 1] = via[step][plan.ends[step]];
	return plan;
}

static double bucket_cost(size_t room)
{
	double cost = room ? 1 : 0; /* the way into it */

	for (; room; room /= 2)
		cost += BUCKET_STEP_COST;
	return cost;
}

/* Cheaper, or smaller where one of them is too large. */
static bool is_better(const struct plan *plan, const struct plan *best,
		      double allowed)
{
	if (plan->bytes <= allowed && best->bytes <= allowed)
		return plan->cost < best->cost;
	return plan->bytes < best->bytes;
}

/* The number of leading bits after which no block needs a window any more. */
static unsigned int needed_depth(const u128 *starts, size_t count, size_t room,
				 size_t blocks[DEPTHS])
{
	unsigned int depth = 0;

	for (; depth < WINDOW_WORD_BITS; depth++) {
		blocks[depth] = count_blocks(starts, count, depth, room);
		if (!blocks[depth])
			break;
	}
	return depth;
}

struct windows windows_choose(const u128 *starts, size_t count)
{
	double allowed = BYTES_ALWAYS + BYTES_PER_INTERVAL * count;
	struct plan best = { .bytes = 2 * IMPOSSIBLE };
	struct windows windows = { 0 };
	size_t blocks[DEPTHS];

	for (unsigned int size = 0; size < BUCKET_SIZES; size++) {
		size_t room = ((size_t)1 << size) - 1;
		unsigned int depth = needed_depth(starts, count, room, blocks);

		for (unsigned int steps = 0; steps <= TG_WIDE_STEPS; steps++) {
			struct plan plan = plan_for(blocks, depth, steps);

			plan.cost = steps + bucket_cost(room);
			if (!is_better(&plan, &best, allowed))
				continue;
			best = plan;
			windows.bucket_room = room;
		}
	}
	windows.steps = best.steps;
	for (unsigned int i = 0; i <= best.steps; i++)
		windows.ends[i] = best.ends[i];
	return windows;
}
