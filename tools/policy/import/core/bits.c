// SPDX-License-Identifier: GPL-2.0-only
/* Converts a range of flags or marks to cases of value and mask. */
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
 * Adds a case for "(x & mask) is in [first, first + size)", where size is a
 * power of two. No case is needed if first has bits that are not in the mask.
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
		return; /* always true: no case needed */
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
		import_problem(import, rule, "this would need too many rules");
	else if (!bits.always)
		import_and_any(import, rule, bits.cases, bits.count);
}
