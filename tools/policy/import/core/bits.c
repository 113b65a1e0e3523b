// SPDX-License-Identifier: GPL-2.0-only
/* Flags and marks: a range of values as cases, each a value and a mask. */
#include "import.h"

struct bits {
	struct import *import;
	enum policy_field field;
	uint64_t mask;
	struct import_case cases[2 * 64 * 8];
	size_t count;
	bool too_many, always;
};

/*
 * (x & mask) is in [first, first + size): the bits above of size are those of
 * first, which cannot be where first has bits that the mask has not.
 */
static void add_block(struct bits *bits, uint64_t first, uint64_t size)
{
	uint64_t mask = bits->mask & ~(size - 1);

	if (first & ~mask)
		return;
	if (!mask) {
		bits->always = true;
		return;
	}
	if (bits->count == sizeof(bits->cases) / sizeof(*bits->cases)) {
		bits->too_many = true;
		return;
	}
	bits->cases[bits->count++] = import_case_of(
		bits->import,
		import_bits(bits->import, bits->field, false, mask, first));
}

static void add_blocks(struct bits *bits, uint64_t first, uint64_t last)
{
	while (first <= last) {
		uint64_t size = 1;

		while (!(first & (2 * size - 1)) &&
		       first + 2 * size - 1 <= last)
			size *= 2;
		add_block(bits, first, size);
		first += size;
	}
}

static void and_not(struct import *import, struct import_rule *rule,
		    enum policy_field field, uint64_t mask, uint64_t value)
{
	if (value & ~mask)
		return; /* always */
	if (mask)
		import_and(import, rule,
			   import_bits(import, field, true, mask, value));
	else
		rule->case_count = 0;
}

void import_and_bits(struct import *import, struct import_rule *rule,
		     enum policy_field field, uint64_t mask,
		     const struct ranges *set, bool negated)
{
	struct bits bits = { .import = import, .field = field, .mask = mask };
	struct policy_condition condition =
		import_condition(field, negated, set);
	struct ranges values;

	if (negated && set->count == 1 &&
	    !value_compare(set->list[0].first, set->list[0].last)) {
		and_not(import, rule, field, mask, set->list[0].first.lo);
		return;
	}
	values = import_positive(import, &condition);
	for (size_t i = 0; i < values.count && !bits.too_many; i++)
		add_blocks(&bits, values.list[i].first.lo,
			   values.list[i].last.lo);
	if (bits.too_many)
		import_problem(import, rule,
			       "this would take too many rules to say");
	else if (!bits.always)
		import_and_any(import, rule, bits.cases, bits.count);
}
