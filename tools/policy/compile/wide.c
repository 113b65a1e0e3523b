// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wide keys: the starts of their intervals in order, and windows of bits that
 * lead close to the place. How many windows, and how many starts are compared
 * after them, is tried before anything is written: see struct tg_policy_wide.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

#define WORD_BITS 64

/* An entry of a node that leads on, and one of a last node. */
#define STEP_SIZE 8
#define RANK_SIZE 4

/* A node is cut by a window of so many bits at most, and has so many entries
 * for each start in it. */
#define WINDOW_MAX 16
#define ENTRIES_PER_START 8

/* How the starts are found. */
struct plan {
	unsigned int steps;
	unsigned int compares, halvings;
	unsigned int window_min; /* bits, where there are so many */
	uint64_t lowest; /* the word that entry 0 of the first node begins at */
	unsigned int shift;
};

struct wide {
	const u128
		*starts; /* of all intervals that are values, but the first */
	uint64_t *words; /* what windows see of them */
	size_t count;
	unsigned int start_size;
	struct plan plan;

	struct blob *blob; /* NULL: to see how large it would become */
	uint32_t root;
	size_t sizes[TG_WIDE_STEPS]; /* of the nodes of each level */
	size_t longest;		     /* starts to search behind the windows */
	/* the last node without a window on each level: often shared */
	struct {
		bool is_known;
		size_t before;
		uint64_t step;
	} narrow[TG_WIDE_STEPS];
};

/* Keys from first on, of which so many bits are free, and what starts there. */
struct block {
	uint64_t first;
	unsigned int bits;
	size_t from, to;
};

static unsigned int bits_of(uint64_t number)
{
	return number ? WORD_BITS - __builtin_clzll(number) : 0;
}

/* The window after which no two starts that are so far apart meet. */
static unsigned int window_that_parts(const struct wide *wide,
				      const struct block *block, size_t apart)
{
	unsigned int window = 0;

	for (size_t i = block->from; i + apart < block->to; i++) {
		unsigned int low =
			bits_of(wide->words[i] ^ wide->words[i + apart]);

		if (!low)
			return block->bits; /* only their lower halves differ */
		if (block->bits + 1 - low > window)
			window = block->bits + 1 - low;
	}
	return window;
}

static unsigned int window_for(const struct wide *wide, unsigned int level,
			       const struct block *block)
{
	size_t count = block->to - block->from;
	unsigned int window, most = WINDOW_MAX;

	if (count <= wide->plan.compares)
		return 0;
	if (level + 1 == wide->plan.steps) {
		window = window_that_parts(wide, block, wide->plan.compares);
		if (bits_of(ENTRIES_PER_START * count) < most)
			most = bits_of(ENTRIES_PER_START * count);
		if (most < wide->plan.window_min)
			most = wide->plan.window_min;
	} else {
		window = bits_of(count);
		if (window < wide->plan.window_min)
			window = wide->plan.window_min;
	}
	if (window > most)
		window = most;
	return window < block->bits ? window : block->bits;
}

static uint32_t reserve(struct wide *wide, size_t size, size_t align)
{
	return wide->blob ? blob_reserve(wide->blob, size, align) : 0;
}

static uint64_t add_node(struct wide *wide, unsigned int level,
			 struct block block);

static size_t end_of(const struct wide *wide, const struct block *block)
{
	uint64_t last = block->first + (((uint64_t)1 << block->bits) - 1);
	size_t to = block->from;

	while (to < wide->count && wide->words[to] <= last)
		to++;
	return to;
}

/* Entries for blocks of so many bits, one after the other. */
static void fill_node(struct wide *wide, unsigned int level, uint32_t node,
		      struct block child, size_t entries)
{
	bool is_last = level + 1 == wide->plan.steps;

	for (size_t i = 0; i < entries; i++) {
		uint64_t entry = child.from;

		child.to = end_of(wide, &child);
		if (!is_last)
			entry = add_node(wide, level + 1, child);
		else if (child.to - child.from > wide->longest)
			wide->longest = child.to - child.from;
		if (wide->blob && !wide->blob->is_full)
			memcpy(wide->blob->bytes + node +
				       i * (is_last ? RANK_SIZE : STEP_SIZE),
			       &entry, is_last ? RANK_SIZE : STEP_SIZE);
		child.first += (uint64_t)1 << child.bits;
		child.from = child.to;
	}
}

static uint32_t node_for(struct wide *wide, unsigned int level, size_t entries)
{
	size_t size = level + 1 == wide->plan.steps ? RANK_SIZE : STEP_SIZE;

	wide->sizes[level] += entries * size;
	return reserve(wide, entries * size, size);
}

static uint64_t add_node(struct wide *wide, unsigned int level,
			 struct block block)
{
	unsigned int window = window_for(wide, level, &block);
	struct block child = { block.first, block.bits - window, block.from,
			       block.from };
	uint32_t node;
	uint64_t step;

	if (!window && wide->narrow[level].is_known &&
	    wide->narrow[level].before == block.from &&
	    block.to - block.from <= wide->plan.compares)
		return wide->narrow[level].step;
	node = node_for(wide, level, (size_t)1 << window);
	step = (uint64_t)node << 32 |
	       (((uint64_t)1 << window) - 1) << TG_WIDE_MASK_SHIFT | child.bits;
	fill_node(wide, level, node, child, (size_t)1 << window);
	if (!window) {
		wide->narrow[level].is_known = true;
		wide->narrow[level].before = block.from;
		wide->narrow[level].step = step;
	}
	return step;
}

/* The first node has no entries below the lowest start or above the highest. */
static uint32_t add_first_node(struct wide *wide)
{
	struct plan *plan = &wide->plan;
	uint64_t lowest = wide->words[0];
	uint64_t highest = wide->words[wide->count - 1];
	struct block all = { 0, bits_of(lowest ^ highest), 0, wide->count };
	unsigned int window = window_for(wide, 0, &all);
	struct block child = { .bits = all.bits - window };
	size_t entries;
	uint32_t node;

	plan->shift = child.bits < WORD_BITS ? child.bits : WORD_BITS - 1;
	plan->lowest = lowest >> plan->shift << plan->shift;
	entries = ((highest - plan->lowest) >> plan->shift) + 1;
	child.first = plan->lowest;
	node = node_for(wide, 0, entries);
	fill_node(wide, 0, node, child, entries);
	return node;
}

/* All that the plan says, into the blob or only measured. */
static void lay_out(struct wide *wide, struct blob *blob)
{
	memset(wide->narrow, 0, sizeof(wide->narrow));
	wide->blob = blob;
	memset(wide->sizes, 0, sizeof(wide->sizes));
	wide->longest = wide->count;
	if (wide->plan.steps) {
		wide->longest = 0;
		wide->root = add_first_node(wide);
	}
	wide->plan.halvings =
		bits_of(wide->longest / (wide->plan.compares + 1));
}

/* --- the plan */

/* What it costs, in nanoseconds of a usual machine. */
#define LOAD_COST 3.0
#define COMPARE_COST 0.8 /* of 32 bits; more bits have borrows to look at */
#define LONG_COMPARE_COST 2.0
#define HALVING_COST 10.0
#define MEGABYTE_COST 30.0 /* and of more ever more of it is far away */

static double load_cost(size_t size)
{
	double megabytes = (double)size / (1 << 20);

	return LOAD_COST + MEGABYTE_COST * (megabytes + megabytes * megabytes);
}

static double cost_of(const struct wide *wide)
{
	const struct plan *plan = &wide->plan;
	double compare =
		wide->start_size > 4 ? LONG_COMPARE_COST : COMPARE_COST;
	double cost = compare * plan->compares + HALVING_COST * plan->halvings +
		      load_cost(wide->count * wide->start_size);

	for (unsigned int i = 0; i < plan->steps; i++)
		cost += load_cost(wide->sizes[i]);
	return cost;
}

/* The best number of windows for a plan that says the rest. */
static void try_plans(struct wide *wide, struct plan plan, struct plan *best,
		      double *least)
{
	for (unsigned int steps = 0; steps <= TG_WIDE_STEPS; steps++) {
		double cost;

		wide->plan = plan;
		wide->plan.steps = steps;
		lay_out(wide, NULL);
		cost = cost_of(wide);
		if (!best->compares || cost < *least) {
			*best = wide->plan;
			*least = cost;
		}
		if (!wide->plan.halvings)
			break; /* more steps would bring nothing */
	}
}

/* Few starts of long keys: larger nodes cost little, and save steps. */
#define FEW_STARTS 4096

static struct plan best_plan(struct wide *wide)
{
	static const unsigned int compares[] = { 1, 3, TG_WIDE_COMPARES_MAX };
	static const unsigned int windows[] = { 0, 8, 11, 13 };
	size_t sizes = wide->count <= FEW_STARTS && wide->start_size > 4
			       ? sizeof(windows) / sizeof(*windows)
			       : 1;
	struct plan best = { 0 };
	double least = 0;

	for (size_t i = 0; i < sizeof(compares) / sizeof(*compares); i++) {
		for (size_t j = 0; j < sizes; j++)
			try_plans(wide,
				  (struct plan){ .compares = compares[i],
						 .window_min = windows[j] },
				  &best, &least);
	}
	return best;
}

/* --- what is searched */

/* All starts, and behind them what a search may touch and never reaches. */
static uint32_t write_starts(struct wide *wide)
{
	const struct plan *plan = &wide->plan;
	size_t beyond = (size_t)(plan->compares + 1) << plan->halvings;
	size_t size = wide->start_size;
	uint32_t table = reserve(wide, (wide->count + beyond) * size, size);
	uint8_t *bytes = wide->blob->bytes + table;

	if (!table)
		return 0;
	for (size_t i = 0; i < wide->count; i++) {
		u128 start = wide->starts[i] - 1;
		uint64_t halves[2] = { start >> WORD_BITS, start };

		if (size < sizeof(u128))
			halves[0] = wide->words[i] - 1;
		memcpy(bytes + i * size, halves, size);
	}
	memset(bytes + wide->count * size, 0xff, beyond * size);
	return table;
}

static uint32_t write_classes(struct wide *wide,
			      const struct numbering *numbering)
{
	size_t count = wide->count + 1;
	uint32_t table;

	if (!numbering->numbers)
		return 0;
	table = reserve(wide, count * 4, 4);
	for (size_t i = 0; table && i < count; i++)
		blob_set(wide->blob, table + 4 * i,
			 TG_CLASS(number_of_interval(numbering, i)));
	return table;
}

/* Windows see the upper half of 128 bits, and all of less. */
static int see(struct wide *wide, const struct dimension *dimension,
	       unsigned int bits)
{
	bool has_low = false;

	wide->starts = dimension->starts + 1;
	wide->words = calloc(dimension->interval_count, sizeof(*wide->words));
	if (!wide->words)
		return -ENOMEM;
	for (size_t i = 0; i + 1 < dimension->interval_count &&
			   wide->starts[i] <= dimension->max;
	     i++) {
		wide->words[i] = bits > WORD_BITS ? wide->starts[i] >> WORD_BITS
						  : wide->starts[i];
		has_low |= bits > WORD_BITS && (uint64_t)wide->starts[i];
		wide->count++;
	}
	wide->start_size = has_low ? 16 : bits > 32 ? 8 : 4;
	return 0;
}

static void set_halves(uint32_t halves[2], uint64_t word)
{
	halves[0] = word;
	halves[1] = word >> 32;
}

int table_wide(struct blob *blob, const struct numbering *numbering,
	       unsigned int bits, struct tg_policy_wide *layout)
{
	const struct dimension *dimension = numbering->dimension;
	uint32_t last = dimension->interval_count - 1;
	struct wide wide = { 0 };

	/* where there is such a thing */
	*layout = (struct tg_policy_wide){
		.absent = TG_CLASS(number_of_interval(numbering, last)),
		.start_size = 4,
	};
	if (see(&wide, dimension, bits))
		return -ENOMEM;
	if (wide.count) {
		wide.plan = best_plan(&wide);
		lay_out(&wide, blob);
		layout->steps = wide.plan.steps;
		layout->root = wide.root;
		layout->shift = wide.plan.shift;
		set_halves(layout->lowest, wide.plan.lowest);
		set_halves(layout->span,
			   wide.words[wide.count - 1] - wide.plan.lowest);
		layout->start_size = wide.start_size;
		layout->halvings = wide.plan.halvings;
		layout->compares = wide.plan.compares;
		layout->starts = write_starts(&wide);
	}
	wide.blob = blob;
	layout->classes = write_classes(&wide, numbering);
	free(wide.words);
	return blob->is_full ? -E2BIG : 0;
}
