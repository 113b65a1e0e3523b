// SPDX-License-Identifier: GPL-2.0-only
#include "nodes.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"

/* More children are not counted: a short row has a byte for each. */
#define CHILDREN_MAX (TG_SHORT_ROW_MAX + 1)

/* Short rows are only used if they save this many bytes and this factor. */
#define SHORT_SAVES (64 << 10)
#define SHORT_SAVES_TIMES 1.5

static uint64_t hash_of(size_t level, const struct dag_run *runs, size_t count)
{
	return hash_bytes(level, runs, count * sizeof(*runs));
}

void dag_nodes_init(struct dag_nodes *nodes, const struct dag_levels *levels)
{
	*nodes = (struct dag_nodes){ .levels = levels };
	for (size_t i = 0; i < TG_DIMENSIONS; i++)
		nodes->sizes[i].is_short_possible = true;
}

void dag_nodes_free(struct dag_nodes *nodes)
{
	free(nodes->nodes);
	free(nodes->runs);
	hash_free(&nodes->hash);
	hash_free(&nodes->patterns);
}

static bool is_same_node(const struct dag_nodes *nodes,
			 const struct dag_node *node, size_t level,
			 const struct dag_run *runs, size_t count)
{
	return node->level == level && node->run_count == count &&
	       !memcmp(&nodes->runs[node->first_run], runs,
		       count * sizeof(*runs));
}

/* Numbers the runs' children in order of appearance; equal ones are equal. */
static uint32_t number_children(const struct dag_run *runs, size_t count,
				uint16_t *numbers)
{
	uint32_t known[CHILDREN_MAX];
	uint32_t children = 0;

	for (size_t i = 0; i < count && children < CHILDREN_MAX; i++) {
		uint32_t j = 0;

		while (j < children && known[j] != runs[i].child)
			j++;
		if (j == children)
			known[children++] = runs[i].child;
		numbers[i] = j;
	}
	return children;
}

static size_t rounded_up(size_t size, size_t align)
{
	return (size + align - 1) & ~(align - 1);
}

/* Sets the pattern's bytes, 0 if it exists. Returns false if out of memory. */
static bool pattern_size(struct dag_nodes *nodes, const struct dag_node *node,
			 const uint16_t *numbers, size_t *size)
{
	const struct dag_run *runs = &nodes->runs[node->first_run];
	size_t classes =
		nodes->levels->levels[node->level].dimension->class_count;
	size_t middle = runs[node->run_count - 1].class - runs[1].class;
	bool has_pads = DAG_HAS_PADS(middle, classes);
	uint64_t signature = node->level + 1;
	uint32_t *known;

	for (size_t i = 1; i < node->run_count; i++) {
		uint64_t class = runs[i].class - has_pads * runs[1].class;

		signature ^= class << 32 | numbers[i];
		signature *= 0x9e3779b97f4a7c15ULL;
		signature ^= signature >> 29;
	}
	known = hash_number(&nodes->patterns, hash_mix(signature));
	if (!known)
		return false;
	if (!*known)
		*size = has_pads ? 2 * classes + middle : classes;
	*known = true;
	return true;
}

static bool add_size(struct dag_nodes *nodes, const struct dag_node *node)
{
	const struct dag_level *level = &nodes->levels->levels[node->level];
	const struct dag_run *runs = &nodes->runs[node->first_run];
	struct dag_level_size *size = &nodes->sizes[node->level];
	size_t pattern = 0, children;
	uint16_t *numbers;
	bool ok = true;

	if (node->run_count == 1) {
		size->whole += TG_CELL_SIZE;
		size->short_ += TG_CELL_SIZE;
		return true;
	}
	numbers = calloc(node->run_count, sizeof(*numbers));
	if (!numbers)
		return false;
	children = number_children(runs, node->run_count, numbers);
	if (children > TG_SHORT_ROW_MAX)
		size->is_short_possible = false;
	else
		ok = pattern_size(nodes, node, numbers, &pattern);
	size->whole += rounded_up(4 * (size_t)level->dimension->class_count,
				  TG_ROW_ALIGN);
	size->short_ +=
		rounded_up(4 * (1 + children), TG_SHORT_ROW_ALIGN) + pattern;
	free(numbers);
	return ok;
}

static bool find_node(const struct dag_nodes *nodes, uint64_t hash,
		      size_t level, const struct dag_run *runs, size_t count,
		      uint32_t *number)
{
	for (size_t step = 0; hash_next(&nodes->hash, hash, &step, number);) {
		if (is_same_node(nodes, &nodes->nodes[*number], level, runs,
				 count))
			return true;
	}
	return false;
}

bool dag_nodes_add(struct dag_nodes *nodes, size_t level,
		   const struct dag_run *runs, size_t count, uint32_t *number)
{
	struct dag_node node = { .level = level,
				 .first_run = nodes->run_count,
				 .run_count = count };
	uint64_t hash = hash_of(level, runs, count);

	if (find_node(nodes, hash, level, runs, count, number))
		return true;
	if (!vec_reserve(nodes->nodes, nodes->room, nodes->count + 1) ||
	    !vec_reserve(nodes->runs, nodes->run_room,
			 nodes->run_count + count) ||
	    !hash_add(&nodes->hash, hash, nodes->count))
		return false;
	memcpy(&nodes->runs[nodes->run_count], runs, count * sizeof(*runs));
	nodes->run_count += count;
	*number = nodes->count++;
	nodes->nodes[*number] = node;
	return add_size(nodes, &node);
}

bool dag_level_is_short(const struct dag_level_size *size)
{
	return size->is_short_possible &&
	       size->short_ + SHORT_SAVES <= size->whole &&
	       size->short_ * SHORT_SAVES_TIMES <= size->whole;
}

size_t dag_nodes_size(const struct dag_nodes *nodes)
{
	size_t sum = 0;

	for (size_t i = 0; i < nodes->levels->count; i++) {
		const struct dag_level_size *size = &nodes->sizes[i];

		sum += dag_level_is_short(size) ? size->short_ : size->whole;
	}
	return sum;
}
