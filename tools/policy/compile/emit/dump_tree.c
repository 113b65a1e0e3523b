// SPDX-License-Identifier: GPL-2.0-only
/* Prints the trees of a family: cuts by rank, and the records of leaves. */
#include <string.h>

#include "dump.h"

struct tree_dump {
	FILE *out;
	const struct blob *blob;
	const struct tg_tree *tree;
	const struct family *family;
};

static uint64_t read_word(const struct tree_dump *dump, size_t offset)
{
	uint64_t word = 0;

	if (offset + sizeof(word) <= dump->blob->size)
		memcpy(&word, dump->blob->bytes + offset, sizeof(word));
	return word;
}

static int dimension_of(int field)
{
	int dimension = 0;

	while (TG_TREE_FIELD(dimension) != field)
		dimension++;
	return dimension;
}

/* A field's bits of a key, without the guard bit. */
static uint32_t rank_in(const struct tree_dump *dump, int field,
			const uint64_t words[TG_TREE_WORDS])
{
	const struct tg_tree *tree = dump->tree;
	uint32_t word = tree->word[field], shift = tree->shift[field];
	uint64_t guards =
		(uint64_t)tree->guards[word][1] << 32 | tree->guards[word][0];
	uint64_t rank = words[word] >> shift;

	return rank & ((1ULL << __builtin_ctzll(guards >> shift)) - 1);
}

static void indent(const struct tree_dump *dump, unsigned int depth)
{
	fprintf(dump->out, "%*s", 4 + 2 * depth, "");
}

static void dump_ranks(const struct tree_dump *dump, int field, uint32_t first,
		       uint32_t last)
{
	int number = dimension_of(field);
	const struct dimension *dimension = &dump->family->dimensions[number];

	if (!first && last + 1 >= dimension->interval_count)
		return;
	fputc(' ', dump->out);
	dump_name(dump->out, number);
	if (first == last)
		fprintf(dump->out, " rank %u,", first);
	else
		fprintf(dump->out, " ranks %u-%u,", first, last);
}

/* Prints the bounds for each word of the key, then the outcome. */
static void dump_record(const struct tree_dump *dump, size_t at)
{
	uint64_t first[TG_TREE_WORDS] = { 0 }, last[TG_TREE_WORDS] = { 0 };
	uint32_t words = dump->tree->words;
	uint64_t end = read_word(dump, at + 2 * words * sizeof(end));

	for (uint32_t i = 0; i < words; i++) {
		first[i] = read_word(dump, at + 2 * i * sizeof(end));
		last[i] = read_word(dump, at + (2 * i + 1) * sizeof(end));
	}
	fprintf(dump->out, "record %u:",
		(uint32_t)(end >> TG_TREE_ORDER_SHIFT) &
			((1U << TG_TREE_ORDER_BITS) - 1));
	for (int field = 0; field < TG_TREE_FIELDS; field++)
		dump_ranks(dump, field, rank_in(dump, field, first),
			   rank_in(dump, field, last));
	if (end & TG_TREE_PREDICATE)
		fprintf(dump->out, " side condition %u,",
			(uint32_t)(end & TG_TREE_PREDICATE));
	fputs(" then ", dump->out);
	dump_outcome(dump->out, end >> TG_TREE_OUTCOME_SHIFT);
	fputc('\n', dump->out);
}

static void dump_leaf(const struct tree_dump *dump, size_t at,
		      unsigned int depth)
{
	uint32_t count = read_word(dump, at) & TG_TREE_SHIFT;
	size_t size = (2 * dump->tree->words + 1) * sizeof(uint64_t);

	for (uint32_t i = 0; i < count; i++) {
		indent(dump, depth);
		dump_record(dump, at + sizeof(uint64_t) + i * size);
	}
}

/* The field whose bits a step uses. */
static int field_of(const struct tree_dump *dump, uint32_t word, uint32_t bit)
{
	const struct tg_tree *tree = dump->tree;
	int found = 0;
	uint32_t least = UINT32_MAX;

	for (int field = 0; field < TG_TREE_FIELDS; field++) {
		if (tree->word[field] == word && tree->shift[field] <= bit &&
		    bit - tree->shift[field] < least) {
			least = bit - tree->shift[field];
			found = field;
		}
	}
	return found;
}

static void dump_step(const struct tree_dump *dump, uint64_t step, size_t at,
		      unsigned int depth);

/*
 * The step's mask tells whether children are steps or slots of several words.
 */
static void dump_node(const struct tree_dump *dump, uint64_t step,
		      unsigned int depth)
{
	uint32_t mask = (uint32_t)step >> TG_TREE_MASK_SHIFT;
	uint32_t word = step >> TG_TREE_WORD_SHIFT & 1;
	unsigned int size_bits = __builtin_ctz(mask);
	uint32_t count = (mask >> size_bits) + 1, node = step >> 32;
	uint32_t bit = (step & TG_TREE_SHIFT) + size_bits - 3;
	int field = field_of(dump, word, bit);

	indent(dump, depth);
	fputs("by ", dump->out);
	dump_name(dump->out, dimension_of(field));
	fprintf(dump->out, ", bits %u-%u of the rank:\n",
		bit - dump->tree->shift[field],
		bit - dump->tree->shift[field] + __builtin_ctz(count) - 1);
	for (uint32_t i = 0; i < count;) {
		size_t at = node + ((size_t)i << size_bits);
		uint64_t child = read_word(dump, at);
		uint32_t first = i;

		/* several children may share a step */
		while (++i < count &&
		       read_word(dump, node + ((size_t)i << size_bits)) ==
			       child)
			;
		indent(dump, depth);
		fprintf(dump->out, "%u", first);
		if (i - 1 > first)
			fprintf(dump->out, "-%u", i - 1);
		fputs(":\n", dump->out);
		dump_step(dump, child, at, depth + 1);
	}
}

static void dump_step(const struct tree_dump *dump, uint64_t step, size_t at,
		      unsigned int depth)
{
	bool is_leaf = !((uint32_t)step >> TG_TREE_MASK_SHIFT);

	if (depth > TG_TREE_STEPS_MAX)
		return;
	if (is_leaf)
		dump_leaf(dump, step >> 32 ? step >> 32 : at, depth);
	else
		dump_node(dump, step, depth);
}

void dump_tree(FILE *out, const struct compiled *compiled,
	       const struct family *family)
{
	const struct tg_policy_family *constants =
		&compiled->constants.family[family->id];
	struct tree_dump dump = {
		.out = out,
		.blob = &compiled->tables,
		.tree = &constants->tree,
		.family = family,
	};

	for (uint32_t i = 0; i < dump.tree->groups; i++) {
		const struct tg_tree_group *group = &dump.tree->group[i];

		fprintf(out, "  tree %u:\n", i + 1);
		dump_step(&dump, (uint64_t)group->root << 32 | group->step,
			  group->root, 0);
	}
	fputs("  of the records that match the lowest decides; if none does: ",
	      out);
	dump_outcome(out, dump.tree->none);
	fputc('\n', out);
}
