// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses the engine of a family. The DAG is faster, but its size grows with
 * the number of distinct paths through the rules; the tree handles any rules.
 * The DAG is tried first and abandoned when it exceeds its limits.
 */
#include "engine.h"

#include <errno.h>
#include <stdlib.h>

#include "policy/compile/model/boxes.h"
#include "policy/compile/dag/dag.h"
#include "tables.h"

/* Limits of the DAG; above them the tree is the better choice. */
#define DAG_SIZE_ALWAYS (7 << 19)
#define DAG_SIZE_PER_RULE 370
#define DAG_WORK_ALWAYS ((size_t)50 << 20)
#define DAG_WORK_PER_RULE 1500

/* A trie larger than this, in bytes, is replaced by a binary search. */
#define TRIE_SIZE_MAX (1 << 20)

/* Limits if the tree cannot be used. */
static const struct dag_limits dag_alone = {
	.work = (size_t)4 << 30,
	.size = (size_t)192 << 20,
};

static struct dag_limits dag_limits_of(const struct family *family)
{
	return (struct dag_limits){
		.work = DAG_WORK_ALWAYS + DAG_WORK_PER_RULE * family->count,
		.size = DAG_SIZE_ALWAYS + DAG_SIZE_PER_RULE * family->count,
	};
}

static enum tg_map_kind kind_of(const struct family *family, int dimension)
{
	static const enum tg_map_kind kinds[TG_DIMENSIONS] = {
#define KIND(name, kind, ...) [TG_DIM_##name] = TG_MAP_##kind,
		TG_DIMENSION_LIST(KIND)
#undef KIND
	};

	if (family->id == TG_FAMILY_IP6 && kinds[dimension] == TG_MAP_TRIE)
		return TG_MAP_WIDE;
	return kinds[dimension];
}

/* The index among searched dimensions, and the width in this family. */
static int wide_of(const struct family *family, int dimension,
		   unsigned int *bits)
{
	static const int places[TG_DIMENSIONS] = {
#define PLACE(name) [TG_DIM_##name] = TG_WIDE_##name,
#define PLACES(name, kind, ...) TG_WIDE_OF_##kind(PLACE, name)
		TG_DIMENSION_LIST(PLACES)
#undef PLACES
#undef PLACE
	};

	*bits = dimension_bits(family->id, dimension);
	return places[dimension];
}

/* Writes a trie if it is small enough, otherwise a search. */
static int write_key(struct blob *blob, const struct family *family,
		     int dimension, const struct numbering *numbering,
		     const struct compile_options *options,
		     struct tg_policy_family *constants)
{
	unsigned int bits;
	int wide = wide_of(family, dimension, &bits);
	bool is_address4 = kind_of(family, dimension) == TG_MAP_TRIE;

	if (is_address4) {
		if (!options->only_search &&
		    !table_trie(blob, numbering, TRIE_SIZE_MAX,
				&constants->trie[wide]))
			return 0;
		constants->is_wide[dimension] = 1;
	}
	return table_wide(blob, numbering, bits, is_address4,
			  &constants->wide[wide]);
}

static int write_map(struct blob *blob, const struct family *family,
		     int dimension, const struct numbering *numbering,
		     const struct compile_options *options,
		     struct tg_policy_family *constants)
{
	uint32_t *map = &constants->map[dimension];

	switch (kind_of(family, dimension)) {
	case TG_MAP_DIRECT:
	case TG_MAP_LIVE:
		*map = table_direct(blob, numbering);
		break;
	case TG_MAP_PAGED:
		*map = table_paged(blob, numbering);
		break;
	default:
		return write_key(blob, family, dimension, numbering, options,
				 constants);
	}
	return blob->is_full ? -E2BIG : 0;
}

/* For the tree, key fields are numbered by rank; everything else by class. */
static struct numbering numbering_of(const struct family *family, int dimension,
				     enum tg_engine engine)
{
	const struct dimension *values = &family->dimensions[dimension];

	if (engine == TG_ENGINE_TREE && dimension < TG_DIM_KEYS)
		return (struct numbering){ values, NULL,
					   values->interval_count };
	return (struct numbering){ values, values->class_of,
				   values->class_count };
}

static int write_maps(struct blob *blob, const struct family *family,
		      const struct compile_options *options,
		      struct tg_policy_family *constants)
{
	int err = 0;

	for (int i = 0; i < TG_DIMENSIONS && !err; i++) {
		struct numbering numbering =
			numbering_of(family, i, constants->engine);

		if (!(family->used & TG_DIM_BIT(i)))
			continue;
		constants->is_used[i] = 1;
		if (i < TG_DIM_KEYS)
			constants->uses_keys = 1;
		else if (i < TG_LIVE_FIRST)
			constants->uses_extras = 1;
		constants->used_end = i + 1;
		err = write_map(blob, family, i, &numbering, options,
				constants);
	}
	return err;
}

static int build_dag(struct blob *blob, const struct family *family,
		     const struct dag_limits *limits,
		     struct tg_policy_family *constants)
{
	size_t size = blob->size;
	int err = dag_build(blob, family, limits, constants);

	constants->engine = TG_ENGINE_DAG;
	if (err)
		blob_rewind(blob, size);
	return err;
}

static int build_tree(struct blob *blob, const struct family *family,
		      struct tg_policy_family *constants)
{
	size_t size = blob->size;
	struct boxes boxes;
	int err = boxes_collect(&boxes, family);

	constants->engine = TG_ENGINE_TREE;
	if (!err)
		err = boxes_write_holds(&boxes, blob, family, constants);
	if (!err)
		err = tree_build(blob, &boxes.input, &constants->tree);
	boxes_free(&boxes);
	if (err)
		blob_rewind(blob, size);
	return err;
}

int engine_build(struct blob *blob, const struct family *family,
		 const struct compile_options *options,
		 struct tg_policy_family *constants)
{
	struct dag_limits limits = dag_limits_of(family), last = dag_alone;
	bool has_tree = family->id != TG_FAMILY_OTHER;
	int err;

	*constants = (struct tg_policy_family){ 0 };
	if (!has_tree)
		limits = dag_alone;
	limits.only_short = last.only_short = options->only_short;
	err = options->only_trees && has_tree
		      ? -E2BIG
		      : build_dag(blob, family, &limits, constants);
	if (err == -E2BIG && has_tree) {
		err = build_tree(blob, family, constants);
		if (err == -E2BIG)
			err = build_dag(blob, family, &last, constants);
	}
	return err ? err : write_maps(blob, family, options, constants);
}
