// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes tables for keys of up to 128 bits: windows of key bits lead to the
 * key's position among the starts of all intervals, or close to it, where
 * starts are compared.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/*
 * Writes the starts, followed by padding that a search may read beyond the end.
 * Each entry stores start - 1, so "key >= start" is `entry < key`, and the
 * all-ones padding never matches.
 */
static uint32_t write_starts(struct wide *wide)
{
	const struct wide_plan *plan = &wide->plan;
	size_t beyond = (size_t)(plan->compares + 1) << plan->halvings;
	size_t size = wide_start_size(wide);
	uint32_t table =
		blob_reserve(wide->blob, (wide->count + beyond) * size, size);
	uint8_t *bytes = wide->blob->bytes + table;

	if (!table)
		return 0;
	for (size_t i = 0; i < wide->count; i++) {
		u128 start = wide->starts[i] - 1;
		uint64_t halves[2] = { start >> WIDE_WORD_BITS, start };

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

/*
 * Sets the words that windows use: the upper half of 128-bit starts, or all
 * bits of shorter ones.
 */
static int wide_init(struct wide *wide, unsigned int bits)
{
	const struct dimension *dimension = wide->numbering->dimension;
	bool has_low = false;

	wide->starts = dimension->starts + 1;
	wide->words = calloc(dimension->interval_count, sizeof(*wide->words));
	/*
	 * cells are indexed by interval number or by position among the starts
	 */
	wide->cell_count = dimension->interval_count;
	if (wide->cell_count < wide->numbering->count)
		wide->cell_count = wide->numbering->count;
	wide->cells = calloc(wide->cell_count, sizeof(*wide->cells));
	if (!wide->words || !wide->cells)
		return -ENOMEM;
	for (size_t i = 0; i + 1 < dimension->interval_count &&
			   wide->starts[i] <= dimension->max;
	     i++) {
		wide->words[i] = bits > WIDE_WORD_BITS
					 ? wide->starts[i] >> WIDE_WORD_BITS
					 : wide->starts[i];
		has_low |= bits > WIDE_WORD_BITS && (uint64_t)wide->starts[i];
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

/* True if values below and above all starts map to the same class. */
static bool has_one_outside(const struct wide *wide)
{
	return wide_is_exact(wide) &&
	       number_of_interval(wide->numbering, 0) ==
		       number_of_interval(wide->numbering, wide->count);
}

static int write_search(struct wide *wide, struct blob *blob,
			struct tg_policy_wide *layout)
{
	const struct wide_plan *plan = &wide->plan;

	wide->plan = wide_best_plan(wide);
	wide_lay_out(wide, blob);
	layout->steps = plan->steps;
	layout->root = wide->root;
	layout->shift = plan->shift;
	layout->last = plan->entries - 1;
	layout->wraps = has_one_outside(wide);
	set_halves(layout->lowest, plan->lowest);
	layout->start_size = wide_start_size(wide);
	layout->halvings = plan->halvings;
	layout->compares = plan->compares;
	if (!wide_is_exact(wide))
		layout->starts = write_starts(wide);
	return wide->is_too_large ? -E2BIG : 0;
}

int table_wide(struct blob *blob, const struct numbering *numbering,
	       unsigned int bits, bool can_be_short,
	       struct tg_policy_wide *layout)
{
	uint32_t last = numbering->dimension->interval_count - 1;
	struct wide wide = { .numbering = numbering,
			     .can_be_short = can_be_short,
			     .blob = blob };
	int err;

	/* for fields that may be missing */
	*layout = (struct tg_policy_wide){
		.absent = TG_CLASS(number_of_interval(numbering, last)),
		.start_size = 4,
	};
	err = wide_init(&wide, bits);
	if (!err && wide.count)
		err = write_search(&wide, blob, layout);
	if (!err && (!wide.count || !wide_is_exact(&wide)))
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
