// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trie of a wide key: windows of bits, the same for all keys, lead down
 * until few intervals are left; these stand in a bucket, and are searched.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"
#include "windows.h"

struct wide {
	struct blob *blob;
	const struct numbering *numbering;
	struct tg_policy_wide *layout;
	uint32_t cells;
	struct windows windows;
	u128 *starts; /* of those intervals that are values, and not absence */
	size_t count;
};

static uint64_t high_of(const struct wide *wide, size_t interval)
{
	return wide->starts[interval] >> WINDOW_WORD_BITS;
}

static uint32_t number_at(const struct wide *wide, size_t interval)
{
	return number_of_interval(wide->numbering, interval);
}

static uint32_t log2_up(size_t count)
{
	uint32_t steps = 0;

	for (; count; count /= 2)
		steps++;
	return steps;
}

/* Room for a cell and for what follows it. */
static uint32_t add_cell(struct blob *blob, size_t size)
{
	uint32_t place =
		blob_reserve(blob, TG_ROW_ALIGN / 2 + size, TG_ROW_ALIGN);

	return place ? place + TG_ROW_ALIGN / 2 : 0;
}

/* The intervals from first on: the layout is that of tg_class_bucket(). */
static uint32_t add_bucket(struct wide *wide, size_t first, size_t count)
{
	struct tg_policy_wide *layout = wide->layout;
	struct blob *blob = wide->blob;
	size_t starts = count - 1;
	uint32_t bucket = add_cell(blob, 8 + 16 * starts + 4 * count);
	uint32_t classes = bucket + 8 + 16 * starts;

	blob_set(blob, bucket, bucket);
	blob_set(blob, bucket + 4, starts);
	for (size_t i = 0; bucket && i < starts; i++) {
		uint64_t key[2] = { high_of(wide, first + 1 + i),
				    wide->starts[first + 1 + i] };

		memcpy(blob->bytes + bucket + 8 + 16 * i, key, sizeof(key));
		layout->bucket_is_low |= key[1] != 0;
	}
	for (size_t i = 0; i < count; i++)
		blob_set(blob, classes + 4 * i,
			 TG_CLASS(number_at(wide, first + i)));
	layout->has_buckets = 1;
	if (log2_up(starts) > layout->bucket_steps)
		layout->bucket_steps = log2_up(starts);
	return bucket;
}

/* All keys whose first windows have the same bits. */
struct block {
	uint64_t first;	 /* the high word of the first key */
	size_t interval; /* that this key is in */
	unsigned int step;
};

/* How many intervals a block has; no need to know beyond max. */
static size_t count_intervals(const struct wide *wide, struct block block,
			      size_t max)
{
	unsigned int bits = wide->windows.ends[block.step];
	uint64_t last = bits < WINDOW_WORD_BITS
				? block.first | UINT64_MAX >> bits
				: block.first;
	size_t count = 1;

	while (count < max && block.interval + count < wide->count &&
	       high_of(wide, block.interval + count) <= last)
		count++;
	return count;
}

static uint32_t add_node(struct wide *wide, struct block block);

/* What stands for a block: a cell, a bucket or a node. */
static uint32_t block_reference(struct wide *wide, struct block block)
{
	bool is_last = block.step == wide->windows.steps;
	size_t room = wide->windows.bucket_room + 1;
	size_t count =
		count_intervals(wide, block, is_last ? SIZE_MAX : room + 1);

	if (count == 1)
		return TG_CELL(wide->cells, number_at(wide, block.interval));
	if (is_last || count <= room)
		return add_bucket(wide, block.interval, count);
	return add_node(wide, block);
}

static uint32_t add_node(struct wide *wide, struct block block)
{
	unsigned int bits = wide->windows.ends[block.step];
	unsigned int end = wide->windows.ends[block.step + 1];
	size_t count = (size_t)1 << (end - bits);
	uint32_t node = blob_reserve(wide->blob, 4 * count, TG_ROW_ALIGN);
	uint64_t start = block.first;

	block.step++;
	for (size_t i = 0; i < count && !wide->blob->is_full; i++) {
		block.first = start | (uint64_t)i << (WINDOW_WORD_BITS - end);
		while (block.interval + 1 < wide->count &&
		       wide->starts[block.interval + 1] <=
			       (u128)block.first << WINDOW_WORD_BITS)
			block.interval++;
		blob_set(wide->blob, node + 4 * i,
			 block_reference(wide, block));
	}
	return node;
}

static void set_windows(struct wide *wide)
{
	const struct windows *windows = &wide->windows;
	struct tg_policy_wide *layout = wide->layout;

	layout->steps = windows->steps;
	for (unsigned int i = 0; i < windows->steps; i++) {
		layout->shift[i] = WINDOW_WORD_BITS - windows->ends[i + 1];
		layout->mask[i] =
			(1U << (windows->ends[i + 1] - windows->ends[i])) - 1;
	}
}

static bool collect_starts(struct wide *wide, unsigned int bits)
{
	const struct dimension *dimension = wide->numbering->dimension;

	wide->starts = calloc(dimension->interval_count, sizeof(u128));
	if (!wide->starts)
		return false;
	while (wide->count < dimension->interval_count &&
	       dimension->starts[wide->count] <= dimension->max) {
		wide->starts[wide->count] = dimension->starts[wide->count]
					    << (128 - bits);
		wide->count++;
	}
	return true;
}

int table_wide(struct blob *blob, const struct numbering *numbering,
	       unsigned int bits, struct tg_policy_wide *layout)
{
	uint32_t last = numbering->dimension->interval_count - 1;
	struct wide wide = { .blob = blob,
			     .numbering = numbering,
			     .layout = layout };
	struct block everything = { 0 };

	*layout = (struct tg_policy_wide){ 0 };
	if (!collect_starts(&wide, bits))
		return -ENOMEM;
	wide.windows = windows_choose(wide.starts, wide.count);
	set_windows(&wide);
	wide.cells = table_cells(blob, numbering->count);
	layout->cells_end = wide.cells + TG_CELLS_SIZE(numbering->count);
	/* where there is such a thing */
	layout->absent = TG_CLASS(number_at(&wide, last));
	layout->root = block_reference(&wide, everything);
	free(wide.starts);
	return 0;
}
