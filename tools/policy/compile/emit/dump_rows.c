// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the rows of a family's DAG, numbered in the order of their first
 * reference.
 */
#include <stdlib.h>

#include "dump.h"
#include "lib/hash.h"
#include "lib/vec.h"

static const uint8_t *table;
static uint32_t table_size;

#define tg_table_start() ((const char *)table)
#define tg_table_size() table_size

#include "policy_class.h"

struct row {
	uint32_t at;
	int dimension;
};

struct row_dump {
	FILE *out;
	const struct tg_policy_family *constants;
	const struct family *family;
	struct row *rows;
	size_t count, room;
	struct hash known; /* keyed by offset and field; 0: not yet */
};

/* The field that is looked up after this one; -1: none. */
static int next_used(const struct row_dump *dump, int dimension)
{
	for (dimension++; dimension < TG_DIMENSIONS; dimension++) {
		if (dump->constants->is_used[dimension])
			return dimension;
	}
	return -1;
}

/* Returns 0 if out of memory. */
static uint32_t row_number(struct row_dump *dump, uint32_t at, int dimension)
{
	uint64_t key = (uint64_t)at << 8 | dimension;
	uint32_t *number = hash_number(&dump->known, hash_mix(key));

	if (!number ||
	    (!*number && !vec_reserve(dump->rows, dump->room, dump->count + 1)))
		return 0;
	if (!*number) {
		dump->rows[dump->count++] = (struct row){ at, dimension };
		*number = dump->count;
	}
	return *number;
}

static uint32_t row_step(const struct row_dump *dump, const struct row *row,
			 uint32_t class)
{
	bool is_short = dump->constants->has_short_rows[row->dimension];
	uint32_t index = TG_CLASS(class);

	if (next_used(dump, row->dimension) < 0)
		return is_short ? tg_step_short_last(row->at, index)
				: tg_step_last(row->at, index);
	return is_short ? tg_step_short(row->at, index)
			: tg_step(row->at, index);
}

/* Prints what a reference, read from a row or the root, refers to. */
static void dump_target(struct row_dump *dump, uint32_t at, int next)
{
	if (next < 0)
		dump_outcome(dump->out, at);
	else if (dump->constants->has_direct && TG_IS_DIRECT(at))
		dump_outcome(dump->out, TG_DIRECT_OUTCOME(at));
	else if (at < dump->constants->leaves_end)
		dump_outcome(dump->out, tg_cell_meaning(at));
	else
		fprintf(dump->out, "row %u", row_number(dump, at, next));
}

static void dump_row(struct row_dump *dump, size_t number)
{
	struct row row = dump->rows[number];
	uint32_t count = dump->family->dimensions[row.dimension].class_count;
	int next = next_used(dump, row.dimension);

	fprintf(dump->out, "  row %zu, ", number + 1);
	dump_name(dump->out, row.dimension);
	fputs(":\n", dump->out);
	for (uint32_t class = 0; class < count;) {
		uint32_t at = row_step(dump, &row, class), first = class;

		while (class < count && row_step(dump, &row, class) == at)
			class ++;
		fprintf(dump->out, "    class %u", first);
		if (class - 1 > first)
			fprintf(dump->out, "-%u", class - 1);
		fputs(": ", dump->out);
		dump_target(dump, at, next);
		fputc('\n', dump->out);
	}
}

void dump_rows(FILE *out, const struct compiled *compiled,
	       const struct family *family)
{
	struct row_dump dump = {
		.out = out,
		.constants = &compiled->constants.family[family->id],
		.family = family,
	};
	uint32_t root = dump.constants->root;
	int first = next_used(&dump, -1);

	table = compiled->tables.bytes;
	table_size = compiled->tables.size;
	fputs("  begin at ", out);
	if (first < 0)
		dump_outcome(out, tg_cell_meaning(root));
	else
		dump_target(&dump, root, first);
	fputc('\n', out);
	for (size_t i = 0; i < dump.count; i++)
		dump_row(&dump, i);
	free(dump.rows);
	hash_free(&dump.known);
}
