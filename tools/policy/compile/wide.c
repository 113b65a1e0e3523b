// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wide keys: windows of bits lead to the place of a key among the starts of all
 * intervals, or close to it, and then starts are compared. How many windows,
 * and how many compares, is tried: see struct tg_policy_wide.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

#define WORD_BITS 64

/* An entry of a node that leads on, and one of a last node. */
#define STEP_SIZE 8
#define VALUE_SIZE 4

/* A node is cut by a window of so many bits at most, and has so many entries
 * for each start in it. */
#define WINDOW_MAX 16
#define ENTRIES_PER_START 8

/* The first node has two more. */
#define ENTRIES_MAX ((1 << WINDOW_MAX) + 2)

/* A plan whose nodes are larger is given up. */
#define NODES_MAX (8 << 20)

/* How the starts are found. Without compares windows alone lead to them. */
struct plan {
	unsigned int steps;
	unsigned int compares, halvings;
	unsigned int window_min; /* bits, where there are so many */
	uint64_t lowest; /* the word that entry 0 of the first node begins at */
	unsigned int shift;
	size_t entries; /* of the first node */
};

struct wide {
	const struct numbering *numbering;
	const u128
		*starts; /* of all intervals that are values, but the first */
	uint64_t *words; /* what windows see of them */
	size_t count;
	unsigned int start_size;
	struct plan plan;

	struct blob *blob;
	struct blob scratch; /* for plans that are tried */
	uint32_t *cells;     /* by value: those that are there */
	size_t cell_count;
	uint32_t root;
	void *entries[TG_WIDE_STEPS]; /* of a node that is being made */
	size_t sizes[TG_WIDE_STEPS];  /* of the nodes of each level */
	size_t longest;		      /* starts to search behind the windows */
	bool is_too_large;
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

/* --- what is behind the windows */

static bool is_exact(const struct wide *wide)
{
	return !wide->plan.compares;
}

/* The intervals that start before all keys of a block, or with the first. */
static size_t starts_until(const struct wide *wide, const struct block *block)
{
	return block->from + (block->from < block->to &&
			      wide->words[block->from] == block->first);
}

/* Need no window look at the key any more? */
static bool is_settled(const struct wide *wide, const struct block *block)
{
	if (is_exact(wide))
		return starts_until(wide, block) == block->to;
	return block->to - block->from <= wide->plan.compares;
}

/* The number of the interval, or how many starts need not be compared. */
static uint32_t value_of(const struct wide *wide, const struct block *block)
{
	if (is_exact(wide))
		return number_of_interval(wide->numbering,
					  starts_until(wide, block));
	return block->from;
}

/* --- how large a window is */

/* The one after which no two starts that are so far apart meet. */
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

/* All bits that a start in the block has. */
static unsigned int window_that_settles(const struct wide *wide,
					const struct block *block)
{
	uint64_t bits = 0;

	for (size_t i = starts_until(wide, block); i < block->to; i++)
		bits |= wide->words[i];
	return bits ? block->bits - __builtin_ctzll(bits) : 0;
}

static unsigned int window_for(const struct wide *wide, unsigned int level,
			       const struct block *block)
{
	size_t count = block->to - block->from;
	unsigned int left = wide->plan.steps - level;
	unsigned int window, most = WINDOW_MAX;

	if (is_exact(wide)) {
		window = (window_that_settles(wide, block) + left - 1) / left;
		if (window < wide->plan.window_min)
			window = wide->plan.window_min;
	} else if (left == 1) {
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

/* --- nodes */

static size_t entry_size(const struct wide *wide, unsigned int level)
{
	return level + 1 == wide->plan.steps ? VALUE_SIZE : STEP_SIZE;
}

/* Room for those of one node at a time. None where the blob has none. */
static void *room_for(struct wide *wide, unsigned int level, size_t count)
{
	size_t size = count * entry_size(wide, level);
	void **entries = &wide->entries[level];

	if (!*entries)
		*entries = malloc(ENTRIES_MAX * STEP_SIZE);
	if (*entries && wide->blob->size + size <= wide->blob->limit)
		return *entries;
	wide->is_too_large = true;
	return NULL;
}

/* Of the last level they stand by so much further on than references say. */
static uint32_t put_node(struct wide *wide, unsigned int level,
			 const void *entries, size_t count)
{
	size_t size = count * entry_size(wide, level);
	size_t before = wide->blob->size;
	uint32_t node;

	if (is_exact(wide))
		node = blob_intern(wide->blob, entries, size, STEP_SIZE);
	else
		node = blob_append(wide->blob, entries, size, STEP_SIZE);
	wide->sizes[level] += wide->blob->size - before;
	wide->is_too_large |= wide->blob->is_full;
	return level + 1 == wide->plan.steps ? node - TG_WIDE_BEHIND : node;
}

/* A step that leads to itself, and the value behind it. */
static uint32_t cell_for(struct wide *wide, unsigned int level, uint32_t value)
{
	uint64_t step;
	uint32_t cell;

	if (wide->cells[value])
		return wide->cells[value];
	cell = blob_reserve(wide->blob, TG_WIDE_BEHIND + STEP_SIZE, STEP_SIZE);
	if (!cell) {
		wide->is_too_large = true;
		return 0;
	}
	step = (uint64_t)cell << 32;
	memcpy(wide->blob->bytes + cell, &step, sizeof(step));
	blob_set(wide->blob, cell + TG_WIDE_BEHIND, value);
	wide->sizes[level] += TG_WIDE_BEHIND + STEP_SIZE;
	wide->cells[value] = cell;
	return cell;
}

static uint64_t add_node(struct wide *wide, unsigned int level,
			 const struct block *block);

static size_t end_of(const struct wide *wide, const struct block *block)
{
	uint64_t last = block->first + (((uint64_t)1 << block->bits) - 1);
	size_t to = block->from;

	while (to < wide->count && wide->words[to] <= last)
		to++;
	return to;
}

/* So many alike. */
static void set_entries(struct wide *wide, unsigned int level, void *entries,
			size_t first, size_t count, const struct block *block)
{
	uint32_t *values = entries, value = value_of(wide, block);
	uint64_t *steps = entries, step;

	if (level + 1 < wide->plan.steps) {
		step = add_node(wide, level + 1, block);
		for (size_t i = 0; i < count; i++)
			steps[first + i] = step;
		return;
	}
	for (size_t i = 0; i < count; i++)
		values[first + i] = value;
	if (is_exact(wide) && !is_settled(wide, block))
		wide->is_too_large = true; /* the window had to be */
	if (block->to - block->from > wide->longest)
		wide->longest = block->to - block->from;
}

/* Blocks like this one, one after the other, in which nothing starts. */
static size_t empty_blocks(const struct wide *wide, const struct block *block)
{
	if (block->from == wide->count)
		return SIZE_MAX;
	return (wide->words[block->from] - block->first) >> block->bits;
}

/* Entries for blocks like the first, one after the other. */
static void fill_node(struct wide *wide, unsigned int level, void *entries,
		      size_t count, struct block block)
{
	size_t i = 0;

	while (i < count && !wide->is_too_large) {
		size_t same = empty_blocks(wide, &block);

		if (!same) /* it has something in it */
			same = 1;
		if (same > count - i)
			same = count - i;
		block.to = end_of(wide, &block);
		set_entries(wide, level, entries, i, same, &block);
		block.first += (uint64_t)same << block.bits;
		block.from = block.to;
		i += same;
	}
}

/* The step to it. */
static uint64_t add_node(struct wide *wide, unsigned int level,
			 const struct block *block)
{
	unsigned int window;
	struct block child = *block;
	void *entries;
	uint64_t step = 0;

	if (is_settled(wide, block)) {
		if (!is_exact(wide) && block->to - block->from > wide->longest)
			wide->longest = block->to - block->from;
		return (uint64_t)cell_for(wide, level, value_of(wide, block))
		       << 32;
	}
	window = window_for(wide, level, block);
	child.bits -= window;
	entries = room_for(wide, level, (size_t)1 << window);
	if (entries) {
		fill_node(wide, level, entries, (size_t)1 << window, child);
		step = (uint64_t)put_node(wide, level, entries,
					  (size_t)1 << window)
			       << 32 |
		       (((uint64_t)1 << window) - 1) << TG_WIDE_MASK_SHIFT |
		       child.bits;
	}
	return step;
}

/*
 * The first entry is for all that is less than the starts, unless they begin
 * too early for that, and the last one for all that is more.
 */
static void add_first_node(struct wide *wide)
{
	struct plan *plan = &wide->plan;
	uint64_t lowest = wide->words[0];
	uint64_t highest = wide->words[wide->count - 1];
	struct block all = { .bits = bits_of(lowest ^ highest),
			     .to = wide->count };
	struct block child = { 0 },
		     above = { .from = wide->count, .to = wide->count };
	uint64_t *entries;

	if (all.bits < WORD_BITS)
		all.first = lowest >> all.bits << all.bits;
	child.bits = all.bits - window_for(wide, 0, &all);
	plan->shift = child.bits < WORD_BITS ? child.bits : WORD_BITS - 1;
	child.bits = plan->shift;
	lowest >>= plan->shift;
	if (lowest)
		lowest--;
	plan->lowest = child.first = lowest << plan->shift;
	plan->entries = (highest >> plan->shift) - lowest + 2;
	entries = room_for(wide, 0, plan->entries);
	if (entries) {
		fill_node(wide, 0, entries, plan->entries - 1, child);
		set_entries(wide, 0, entries, plan->entries - 1, 1, &above);
		wide->root = put_node(wide, 0, entries, plan->entries);
	}
}

/* All that the plan says. */
static void lay_out(struct wide *wide, struct blob *blob)
{
	wide->blob = blob;
	wide->is_too_large = false;
	memset(wide->sizes, 0, sizeof(wide->sizes));
	memset(wide->cells, 0, wide->cell_count * sizeof(*wide->cells));
	wide->longest = wide->count;
	if (wide->plan.steps) {
		wide->longest = 0;
		add_first_node(wide);
	}
	wide->plan.halvings =
		is_exact(wide)
			? 0
			: bits_of(wide->longest / (wide->plan.compares + 1));
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

/* What comes after the windows. */
static double search_cost(const struct wide *wide)
{
	const struct plan *plan = &wide->plan;
	double compare =
		wide->start_size > 4 ? LONG_COMPARE_COST : COMPARE_COST;
	double cost;

	if (is_exact(wide))
		return 0;
	cost = compare * plan->compares + HALVING_COST * plan->halvings +
	       load_cost(wide->count * wide->start_size);
	if (wide->numbering->numbers)
		cost += load_cost(wide->count * sizeof(uint32_t));
	return cost;
}

static double cost_of(const struct wide *wide)
{
	double cost = search_cost(wide);

	for (unsigned int i = 0; i < wide->plan.steps; i++)
		cost += load_cost(wide->sizes[i]);
	return cost;
}

/* What the search for a plan has found so far. */
struct choice {
	struct plan best;
	double least;
	bool is_made;
};

/* If they are larger, a plan that costs so much without cannot be best. */
static size_t nodes_max(const struct choice *choice, double cost)
{
	double megabytes = (choice->least - cost) / MEGABYTE_COST;

	if (!choice->is_made || megabytes > NODES_MAX >> 20)
		return NODES_MAX;
	return megabytes * (1 << 20);
}

/* The best number of windows for a plan that says the rest. */
static void try_plans(struct wide *wide, struct plan plan,
		      struct choice *choice)
{
	for (unsigned int steps = !plan.compares; steps <= TG_WIDE_STEPS;
	     steps++) {
		double cost;

		wide->plan = plan;
		wide->plan.steps = steps;
		/* the best that could come of it */
		cost = LOAD_COST * steps + search_cost(wide);
		if (choice->is_made && cost >= choice->least)
			break;
		wide->scratch.limit = nodes_max(choice, cost);
		lay_out(wide, &wide->scratch);
		blob_rewind(&wide->scratch, 0);
		if (wide->is_too_large)
			continue;
		cost = cost_of(wide);
		if (!choice->is_made || cost < choice->least)
			*choice = (struct choice){ wide->plan, cost, true };
		if (!is_exact(wide) && !wide->plan.halvings)
			break; /* more steps would bring nothing */
	}
}

/* Few starts of long keys: larger nodes cost little, and save steps. */
#define FEW_STARTS 4096

static struct plan best_plan(struct wide *wide)
{
	static const unsigned int compares[] = { 0, 1, 3,
						 TG_WIDE_COMPARES_MAX };
	static const unsigned int windows[] = { 0, 8, 11, 13 };
	size_t sizes = wide->count <= FEW_STARTS && wide->start_size > 4
			       ? sizeof(windows) / sizeof(*windows)
			       : 1;
	struct choice choice = { 0 };

	for (size_t i = 0; i < sizeof(compares) / sizeof(*compares); i++) {
		/* windows do not see all of 128 bits */
		if (!compares[i] && wide->start_size > 8)
			continue;
		for (size_t j = 0; j < sizes; j++)
			try_plans(wide,
				  (struct plan){ .compares = compares[i],
						 .window_min = windows[j] },
				  &choice);
	}
	return choice.best;
}

/* --- what is searched */

/* All starts, and behind them what a search may touch and never reaches. */
static uint32_t write_starts(struct wide *wide)
{
	const struct plan *plan = &wide->plan;
	size_t beyond = (size_t)(plan->compares + 1) << plan->halvings;
	size_t size = wide->start_size;
	uint32_t table =
		blob_reserve(wide->blob, (wide->count + beyond) * size, size);
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

static uint32_t write_classes(struct wide *wide)
{
	const struct numbering *numbering = wide->numbering;
	size_t count = wide->count + 1;
	uint32_t table;

	if (!numbering->numbers)
		return 0;
	table = blob_reserve(wide->blob, count * 4, 4);
	for (size_t i = 0; table && i < count; i++)
		blob_set(wide->blob, table + 4 * i,
			 TG_CLASS(number_of_interval(numbering, i)));
	return table;
}

/* Windows see the upper half of 128 bits, and all of less. */
static int see(struct wide *wide, unsigned int bits)
{
	const struct dimension *dimension = wide->numbering->dimension;
	bool has_low = false;

	wide->starts = dimension->starts + 1;
	wide->words = calloc(dimension->interval_count, sizeof(*wide->words));
	/* a value is one of the numbers, or a place among the starts */
	wide->cell_count = dimension->interval_count;
	if (wide->cell_count < wide->numbering->count)
		wide->cell_count = wide->numbering->count;
	wide->cells = calloc(wide->cell_count, sizeof(*wide->cells));
	if (!wide->words || !wide->cells)
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

/* What is less than all starts, and what is more, come to the same. */
static bool has_one_outside(const struct wide *wide)
{
	return is_exact(wide) &&
	       number_of_interval(wide->numbering, 0) ==
		       number_of_interval(wide->numbering, wide->count);
}

static void write_search(struct wide *wide, struct blob *blob,
			 struct tg_policy_wide *layout)
{
	const struct plan *plan = &wide->plan;

	wide->plan = best_plan(wide);
	lay_out(wide, blob);
	layout->steps = plan->steps;
	layout->root = wide->root;
	layout->shift = plan->shift;
	layout->last = plan->entries - 1;
	layout->wraps = has_one_outside(wide);
	set_halves(layout->lowest, plan->lowest);
	layout->start_size = wide->start_size;
	layout->halvings = plan->halvings;
	layout->compares = plan->compares;
	if (!is_exact(wide))
		layout->starts = write_starts(wide);
}

int table_wide(struct blob *blob, const struct numbering *numbering,
	       unsigned int bits, struct tg_policy_wide *layout)
{
	uint32_t last = numbering->dimension->interval_count - 1;
	struct wide wide = { .numbering = numbering, .blob = blob };
	int err;

	/* where there is such a thing */
	*layout = (struct tg_policy_wide){
		.absent = TG_CLASS(number_of_interval(numbering, last)),
		.start_size = 4,
	};
	err = see(&wide, bits);
	if (!err && wide.count)
		write_search(&wide, blob, layout);
	if (!err && (!wide.count || !is_exact(&wide)))
		layout->classes = write_classes(&wide);
	free(wide.words);
	free(wide.cells);
	blob_free(&wide.scratch);
	for (int i = 0; i < TG_WIDE_STEPS; i++)
		free(wide.entries[i]);
	if (!err && blob->is_full)
		err = -E2BIG;
	return err;
}
