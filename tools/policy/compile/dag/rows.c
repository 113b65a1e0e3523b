// SPDX-License-Identifier: GPL-2.0-only
#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Up to this size in bytes, all rows are full rows, which have faster steps. */
#define WHOLE_ALWAYS (768 << 10)

#define CACHE_LINE 64

/*
 * With more cells, the last two levels store outcomes directly, which costs a
 * longer last step but avoids most cells.
 */
#define CELLS_ALWAYS 8192

struct rows {
	struct blob *blob;
	const struct dag_finished *dag;
	const struct dag_levels *levels;
	const struct dag_nodes *nodes;
	bool is_short[TG_DIMENSIONS];
	bool has_direct;      /* the last but one level holds outcomes */
	uint32_t *references; /* of nodes already written */
	uint32_t *leaves;     /* cells of rules that have one */
	uint32_t cells;	      /* the last cache line of cells */
	size_t cell_count;
	uint32_t *scratch; /* one word for each class */
	uint8_t *pattern;
	struct list_memo patterns[TG_DIMENSIONS];
	int err;
};

static uint32_t class_count(const struct rows *rows, size_t level)
{
	return rows->levels->levels[level].dimension->class_count;
}

static bool is_last(const struct rows *rows, size_t level)
{
	return level + 1 == rows->levels->count;
}

/* True if rows of the level hold outcomes instead of references to cells. */
static bool has_outcomes(const struct rows *rows, size_t level)
{
	return is_last(rows, level) ||
	       (rows->has_direct && is_last(rows, level + 1));
}

/* The word that a row of this level holds for a child. */
static uint32_t word_of(const struct rows *rows, size_t level, uint32_t child)
{
	uint32_t outcome;

	if (!(child & DAG_LEAF))
		return rows->references[child];
	if (!has_outcomes(rows, level))
		return rows->leaves[child & ~DAG_LEAF];
	outcome = rows->dag->outcomes[child & ~DAG_LEAF];
	return is_last(rows, level) ? outcome : TG_DIRECT(outcome);
}

/* --- leaves reached before the last level */

static void mark_leaf(struct rows *rows, uint32_t child, size_t *count)
{
	uint32_t *leaf;

	if (!(child & DAG_LEAF))
		return;
	leaf = &rows->leaves[child & ~DAG_LEAF];
	*count += !*leaf;
	*leaf = 1;
}

static size_t mark_leaves(struct rows *rows)
{
	const struct dag_nodes *nodes = rows->nodes;
	size_t count = 0;

	memset(rows->leaves, 0,
	       rows->dag->outcome_count * sizeof(*rows->leaves));
	mark_leaf(rows, rows->dag->root, &count);
	for (size_t i = 0; i < nodes->count; i++) {
		const struct dag_node *node = &nodes->nodes[i];

		for (uint32_t run = 0;
		     run < node->run_count && !has_outcomes(rows, node->level);
		     run++)
			mark_leaf(rows,
				  nodes->runs[node->first_run + run].child,
				  &count);
	}
	return count;
}

/*
 * True if the lookup can check for direct outcomes, after the key fields, and
 * they can be encoded.
 */
static bool can_have_direct(const struct rows *rows)
{
	const struct dag_levels *levels = rows->levels;

	if (levels->count < 2 ||
	    levels->levels[levels->count - 1].id >= TG_DIM_KEYS)
		return false;
	for (size_t i = 0; i < rows->dag->outcome_count; i++) {
		uint32_t outcome = rows->dag->outcomes[i];

		if (TG_DIRECT_OUTCOME(TG_DIRECT(outcome)) != outcome)
			return false;
	}
	return true;
}

/* Cells precede all rows, so the lookup tells a cell by its offset. */
static void write_leaves(struct rows *rows, uint32_t *end)
{
	size_t count = mark_leaves(rows), next = 0;
	uint32_t cells;

	if ((rows->dag->only_short || count > CELLS_ALWAYS) &&
	    can_have_direct(rows)) {
		rows->has_direct = true;
		count = mark_leaves(rows);
	}
	cells = blob_reserve_cells(rows->blob, count);
	for (size_t i = 0; cells && i < rows->dag->outcome_count; i++) {
		uint32_t cell = TG_CELL(cells, next);

		if (!rows->leaves[i])
			continue;
		rows->leaves[i] = cell;
		blob_set_cell(rows->blob, cell, cell, rows->dag->outcomes[i]);
		next++;
	}
	*end = cells + TG_CELLS_SIZE(count);
}

/* --- rows */

/* The next offset that is `further` bytes after a multiple of align. */
static size_t next_place(const struct rows *rows, size_t align, size_t further)
{
	return (rows->blob->size + align - 1 - further) / align * align +
	       further;
}

/* Returns 0 if the blob is full. */
static uint32_t put_row(struct rows *rows, size_t place, const uint32_t *words,
			size_t count)
{
	struct blob *blob = rows->blob;
	size_t size = count * sizeof(*words);

	if (!blob_reserve(blob, place - blob->size + size, 1))
		return 0;
	memcpy(blob->bytes + place, words, size);
	return place;
}

/* A cell that skips a level: it only refers to the next one. */
static uint32_t write_cell(struct rows *rows, uint32_t reference)
{
	uint32_t cell;

	if (rows->cell_count % TG_CELLS_IN_LINE == 0)
		rows->cells = blob_reserve_cells(rows->blob, TG_CELLS_IN_LINE);
	cell = TG_CELL(rows->cells, rows->cell_count % TG_CELLS_IN_LINE);
	rows->cell_count++;
	blob_set_cell(rows->blob, cell, reference, 0);
	return cell;
}

static uint32_t end_of_run(const struct rows *rows, const struct dag_node *node,
			   uint32_t run)
{
	return run + 1 < node->run_count
		       ? rows->nodes->runs[node->first_run + run + 1].class
		       : class_count(rows, node->level);
}

static uint32_t write_whole(struct rows *rows, const struct dag_node *node)
{
	const struct dag_run *runs = &rows->nodes->runs[node->first_run];
	uint32_t count = class_count(rows, node->level);
	size_t further = 0, place;

	for (uint32_t run = 0; run < node->run_count; run++) {
		uint32_t word = word_of(rows, node->level, runs[run].child);

		for (uint32_t i = runs[run].class;
		     i < end_of_run(rows, node, run); i++)
			rows->scratch[i] = word;
	}
	if (is_last(rows, node->level))
		further = TG_LAST_ROW;
	place = next_place(rows, TG_ROW_ALIGN, further);
	return put_row(rows, place, rows->scratch, count) ? place - further : 0;
}

/*
 * Writes the whole pattern, or, with has_pads, its middle with a pad of the
 * row's length on each side, so that every position of the middle can use it.
 */
static uint32_t write_pattern(struct rows *rows, size_t level, uint32_t from,
			      uint32_t to, bool has_pads)
{
	uint32_t count = class_count(rows, level), size = 0;
	uint8_t *bytes = rows->pattern;

	if (has_pads)
		size = count;
	memset(bytes, 0, size);
	for (uint32_t i = from; i < to; i++)
		bytes[size++] = rows->scratch[i];
	if (has_pads) {
		memset(bytes + size, rows->scratch[to], count);
		size += count;
	}
	return blob_append(rows->blob, bytes, size, 1);
}

/*
 * Finds or writes the pattern. scratch[from..to) has the numbers of children.
 */
static uint32_t pattern_for(struct rows *rows, size_t level, uint32_t from,
			    uint32_t to)
{
	struct list_memo *memo = &rows->patterns[level];
	uint32_t count = class_count(rows, level), pattern;
	bool has_pads = DAG_HAS_PADS(to - from, count);

	if (!has_pads) {
		from = 0;
		to = count;
	}
	if (!list_memo_find(memo, &rows->scratch[from], to - from + has_pads,
			    &pattern)) {
		pattern = write_pattern(rows, level, from, to, has_pads);
		if (!list_memo_add(memo, &rows->scratch[from],
				   to - from + has_pads, pattern))
			rows->err = -ENOMEM;
	}
	return has_pads ? pattern + count - from : pattern;
}

/* Numbers children in order of appearance; the first run's is 0. */
static uint32_t number_child(uint32_t word, uint32_t *row, uint32_t *count)
{
	uint32_t number = 0;

	while (number < *count && row[number] != word)
		number++;
	if (number == *count)
		row[(*count)++] = word;
	return number;
}

/*
 * Starts in the middle of 8 bytes; does not cross a cache line if it fits in
 * one.
 */
static uint32_t put_short(struct rows *rows, const uint32_t *row, size_t count)
{
	size_t place = next_place(rows, TG_SHORT_ROW_ALIGN, TG_SHORT_ROW_BIT);
	size_t size = count * sizeof(*row);

	if (place % CACHE_LINE + size > CACHE_LINE &&
	    size <= CACHE_LINE - TG_SHORT_ROW_BIT)
		place = next_place(rows, CACHE_LINE, TG_SHORT_ROW_BIT);
	return put_row(rows, place, row, count);
}

static uint32_t write_short(struct rows *rows, const struct dag_node *node)
{
	const struct dag_run *runs = &rows->nodes->runs[node->first_run];
	uint32_t row[1 + TG_SHORT_ROW_MAX], count = 0;
	uint32_t last = node->run_count - 1;

	for (uint32_t run = 0; run < node->run_count; run++) {
		uint32_t number = number_child(
			word_of(rows, node->level, runs[run].child), row + 1,
			&count);

		for (uint32_t i = runs[run].class;
		     i < end_of_run(rows, node, run); i++)
			rows->scratch[i] = number;
	}
	row[0] =
		pattern_for(rows, node->level, runs[1].class, runs[last].class);
	return put_short(rows, row, 1 + count);
}

static uint32_t write_node(struct rows *rows, const struct dag_node *node)
{
	if (node->run_count == 1)
		return write_cell(
			rows,
			word_of(rows, node->level,
				rows->nodes->runs[node->first_run].child));
	return rows->is_short[node->level] ? write_short(rows, node)
					   : write_whole(rows, node);
}

static void choose_forms(struct rows *rows)
{
	const struct dag_level_size *sizes = rows->nodes->sizes;
	size_t whole = 0;

	for (size_t i = 0; i < rows->levels->count; i++)
		whole += sizes[i].whole;
	for (size_t i = 0; i < rows->levels->count; i++)
		rows->is_short[i] =
			rows->dag->only_short
				? sizes[i].is_short_possible
				: whole > WHOLE_ALWAYS &&
					  dag_level_is_short(&sizes[i]);
}

static int init_rows(struct rows *rows)
{
	uint32_t most = 0;

	for (size_t i = 0; i < rows->levels->count; i++) {
		if (class_count(rows, i) > most)
			most = class_count(rows, i);
	}
	if (most > TG_ROW_WORDS_MAX)
		return -E2BIG;
	rows->references =
		calloc(rows->nodes->count + 1, sizeof(*rows->references));
	rows->leaves = calloc(rows->dag->outcome_count, sizeof(*rows->leaves));
	rows->scratch = calloc(most + 1, sizeof(*rows->scratch));
	rows->pattern = malloc(3 * (size_t)most + 1);
	return rows->references && rows->leaves && rows->scratch &&
			       rows->pattern
		       ? 0
		       : -ENOMEM;
}

static void free_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->levels->count; i++)
		list_memo_free(&rows->patterns[i]);
	free(rows->references);
	free(rows->leaves);
	free(rows->scratch);
	free(rows->pattern);
}

int dag_rows_write(struct blob *blob, const struct dag_finished *dag,
		   struct tg_policy_family *constants)
{
	const struct dag_nodes *nodes = dag->nodes;
	struct rows rows = { .blob = blob,
			     .dag = dag,
			     .nodes = nodes,
			     .levels = nodes->levels };

	rows.err = init_rows(&rows);
	choose_forms(&rows);
	if (!rows.err)
		write_leaves(&rows, &constants->leaves_end);
	for (size_t i = 0; i < nodes->count && !rows.err; i++) {
		rows.references[i] = write_node(&rows, &nodes->nodes[i]);
		if (blob->is_full)
			rows.err = -E2BIG;
	}
	constants->has_direct = rows.has_direct;
	if (!rows.err)
		constants->root = dag->root & DAG_LEAF
					  ? rows.leaves[dag->root & ~DAG_LEAF]
					  : rows.references[dag->root];
	for (size_t i = 0; i < rows.levels->count; i++)
		constants->has_short_rows[rows.levels->levels[i].id] =
			rows.is_short[i];
	free_rows(&rows);
	return rows.err;
}
