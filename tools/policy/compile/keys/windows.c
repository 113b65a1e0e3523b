// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes windows: nodes indexed by a group of key bits, which lead to the key's
 * position among the starts, or close to it; see struct tg_policy_wide.
 */
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/* Bytes of an entry in an inner node, and in a node of the last level. */
#define STEP_SIZE 8
#define VALUE_SIZE 4

/* Maximum bits of a window. */
#define WINDOW_MAX 16

/* The first node may have two entries more. */
#define ENTRIES_MAX ((1 << WINDOW_MAX) + 2)

/*
 * The keys from `first` on with `bits` free low bits, and the range [from, to)
 * of starts among them.
 */
struct block {
	uint64_t first;
	unsigned int bits;
	size_t from, to;
};

static unsigned int number_bits(uint64_t number)
{
	return number ? WIDE_WORD_BITS - __builtin_clzll(number) : 0;
}

/* --- results of windows */

/*
 * The starts before all keys of the block, plus one if one equals the first
 * key.
 */
static size_t starts_until(const struct wide *wide, const struct block *block)
{
	return block->from + (block->from < block->to &&
			      wide->words[block->from] == block->first);
}

/* True if no further window is needed. */
static bool is_settled(const struct wide *wide, const struct block *block)
{
	if (wide_is_exact(wide) || wide->plan.is_short)
		return starts_until(wide, block) == block->to;
	return block->to - block->from <= wide->plan.compares;
}

/* Number of starts to search after a window. */
static size_t length_of(const struct wide *wide, const struct block *block)
{
	return block->to -
	       (wide->plan.is_short ? starts_until(wide, block) : block->from);
}

/* The entry's value: the interval's number, or the number of starts to skip. */
static uint32_t value_of(const struct wide *wide, const struct block *block)
{
	if (wide_is_exact(wide))
		return number_of_interval(wide->numbering,
					  starts_until(wide, block));
	if (wide->plan.is_short)
		return length_of(wide, block) << TG_WIDE_COUNT_SHIFT |
		       starts_until(wide, block);
	return block->from;
}

/* Updates the maximum number of starts to search. */
static void count_length(struct wide *wide, const struct block *block)
{
	size_t length = length_of(wide, block);

	if (length > wide->longest)
		wide->longest = length;
	if (wide->plan.is_short &&
	    (block->to > TG_WIDE_FIRST || length > TG_WIDE_COUNT_MAX ||
	     (length && block->bits > TG_WIDE_SHORT_BITS)))
		wide->is_too_large = true;
}

/* --- window sizes */

/* Bits after which no range of keys contains more than `apart` starts. */
static unsigned int separating_window(const struct wide *wide,
				      const struct block *block, size_t apart)
{
	unsigned int window = 0;

	for (size_t i = block->from; i + apart < block->to; i++) {
		unsigned int low =
			number_bits(wide->words[i] ^ wide->words[i + apart]);

		if (!low)
			return block->bits; /* only the lower halves differ */
		if (block->bits + 1 - low > window)
			window = block->bits + 1 - low;
	}
	return window;
}

/* Bits after which every start is at the beginning of a range. */
static unsigned int settling_window(const struct wide *wide,
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
	unsigned int window, least = 0, most = WINDOW_MAX;

	if (wide_is_exact(wide)) {
		window = (settling_window(wide, block) + left - 1) / left;
		if (window < wide->plan.window_min)
			window = wide->plan.window_min;
	} else if (left == 1) {
		window = separating_window(wide, block, wide->plan.compares);
		if (number_bits(wide->plan.entries_per_start * count) < most)
			most = number_bits(wide->plan.entries_per_start *
					   count);
		if (most < wide->plan.window_min)
			most = wide->plan.window_min;
		if (wide->plan.is_short && block->bits > TG_WIDE_SHORT_BITS)
			least = block->bits - TG_WIDE_SHORT_BITS;
	} else {
		window = number_bits(count);
		if (window < wide->plan.window_min)
			window = wide->plan.window_min;
		if (wide->plan.window_max)
			most = wide->plan.window_max;
	}
	if (window > most)
		window = most;
	if (window < least)
		window = least;
	return window < block->bits ? window : block->bits;
}

/* --- nodes */

static size_t entry_size(const struct wide *wide, unsigned int level)
{
	return level + 1 == wide->plan.steps ? VALUE_SIZE : STEP_SIZE;
}

/*
 * Scratch space for a node's entries. Returns NULL if the node would not fit in
 * the blob.
 */
static void *node_scratch(struct wide *wide, unsigned int level, size_t count)
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

/*
 * Appends a node. References to the last level are TG_WIDE_BEHIND less than its
 * offset.
 */
static uint32_t put_node(struct wide *wide, unsigned int level,
			 const void *entries, size_t count)
{
	size_t size = count * entry_size(wide, level);
	size_t before = wide->blob->size;
	uint32_t node;

	if (wide_is_exact(wide))
		node = blob_intern(wide->blob, entries, size, STEP_SIZE);
	else
		node = blob_append(wide->blob, entries, size, STEP_SIZE);
	wide->sizes[level] += wide->blob->size - before;
	wide->is_too_large |= wide->blob->is_full;
	return level + 1 == wide->plan.steps ? node - TG_WIDE_BEHIND : node;
}

/*
 * Finds or writes a cell: a self-referencing step, which ends the walk,
 * followed by the value.
 */
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

/* Fills `count` entries with one value. */
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
	if (wide_is_exact(wide) && !is_settled(wide, block))
		wide->is_too_large = true; /* the last window was too small */
	count_length(wide, block);
}

/* Number of blocks of this size, from this one on, without a start. */
static size_t empty_blocks(const struct wide *wide, const struct block *block)
{
	if (block->from == wide->count)
		return SIZE_MAX;
	return (wide->words[block->from] - block->first) >> block->bits;
}

/* Fills entries for consecutive blocks, beginning with this one. */
static void fill_node(struct wide *wide, unsigned int level, void *entries,
		      size_t count, struct block block)
{
	size_t i = 0;

	while (i < count && !wide->is_too_large) {
		size_t same = empty_blocks(wide, &block);

		if (!same) /* the block contains starts */
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

/* Writes a node for the block. Returns the step word that leads to it. */
static uint64_t add_node(struct wide *wide, unsigned int level,
			 const struct block *block)
{
	unsigned int window;
	struct block child = *block;
	void *entries;
	uint64_t step = 0;

	if (is_settled(wide, block)) {
		count_length(wide, block);
		return (uint64_t)cell_for(wide, level, value_of(wide, block))
		       << 32;
	}
	window = window_for(wide, level, block);
	child.bits -= window;
	entries = node_scratch(wide, level, (size_t)1 << window);
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
 * The first entry covers all keys below the starts, if there is room for one,
 * and the last entry all keys above.
 */
static void add_first_node(struct wide *wide)
{
	struct wide_plan *plan = &wide->plan;
	uint64_t lowest = wide->words[0];
	uint64_t highest = wide->words[wide->count - 1];
	struct block all = { .bits = number_bits(lowest ^ highest),
			     .to = wide->count };
	struct block child = { 0 },
		     above = { .from = wide->count, .to = wide->count };
	uint64_t *entries;

	if (all.bits < WIDE_WORD_BITS)
		all.first = lowest >> all.bits << all.bits;
	child.bits = all.bits - window_for(wide, 0, &all);
	plan->shift =
		child.bits < WIDE_WORD_BITS ? child.bits : WIDE_WORD_BITS - 1;
	child.bits = plan->shift;
	lowest >>= plan->shift;
	if (lowest)
		lowest--;
	plan->lowest = child.first = lowest << plan->shift;
	plan->entries = (highest >> plan->shift) - lowest + 2;
	entries = node_scratch(wide, 0, plan->entries);
	if (entries) {
		fill_node(wide, 0, entries, plan->entries - 1, child);
		set_entries(wide, 0, entries, plan->entries - 1, 1, &above);
		wide->root = put_node(wide, 0, entries, plan->entries);
	}
}

/* Short starts are searched by halving the rest, others by powers of two. */
static unsigned int halvings_for(const struct wide *wide)
{
	size_t compares = wide->plan.compares, left = wide->longest;
	unsigned int halvings = 0;

	if (wide_is_exact(wide))
		return 0;
	if (!wide->plan.is_short)
		return number_bits(left / (compares + 1));
	for (; left > compares; left -= left / 2)
		halvings++;
	return halvings;
}

void wide_lay_out(struct wide *wide, struct blob *blob)
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
	wide->plan.halvings = halvings_for(wide);
}
