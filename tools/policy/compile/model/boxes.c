// SPDX-License-Identifier: GPL-2.0-only
#include "boxes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"

#define BOXES_MAX ((size_t)4 << 20)
#define SIDES_MAX (TG_TREE_PREDICATE - 1) /* 0 means none */

/* --- side conditions */

static bool same_side(const struct family_rule *a, const struct family_rule *b)
{
	return !memcmp(a->sets + TG_DIM_KEYS, b->sets + TG_DIM_KEYS,
		       (TG_DIMENSIONS - TG_DIM_KEYS) * sizeof(*a->sets));
}

static int side_of(struct boxes *boxes, const struct family *family,
		   uint32_t rule)
{
	static const struct family_rule nothing;
	const struct family_rule *asking = &family->rules[rule];

	if (same_side(asking, &nothing))
		return 0;
	for (size_t i = 0; i < boxes->side_count; i++) {
		if (same_side(asking, &family->rules[boxes->sides[i]]))
			return i + 1;
	}
	if (boxes->side_count == SIDES_MAX)
		return -E2BIG;
	boxes->sides[boxes->side_count++] = rule;
	return boxes->side_count;
}

static bool set_has_class(const struct dimension *dimension, uint32_t set,
			  uint32_t class)
{
	uint32_t interval = dimension->first_of_class[class];
	const struct span_set *spans = &dimension->sets[set];

	for (uint32_t i = 0; i < spans->run_count; i++) {
		const struct interval_run *run =
			&dimension->runs[spans->first_interval + i];

		if (run->first <= interval && interval < run->end)
			return true;
	}
	return false;
}

static uint64_t held_by(const struct boxes *boxes, const struct family *family,
			int dimension, uint32_t class)
{
	uint64_t holds = 1;

	for (size_t i = 0; i < boxes->side_count; i++) {
		uint32_t set = family->rules[boxes->sides[i]].sets[dimension];

		if (set_has_class(&family->dimensions[dimension], set, class))
			holds |= (uint64_t)1 << (i + 1);
	}
	return holds;
}

int boxes_write_holds(const struct boxes *boxes, struct blob *blob,
		      const struct family *family,
		      struct tg_policy_family *constants)
{
	for (int i = TG_DIM_KEYS; i < TG_DIMENSIONS; i++) {
		uint32_t count = family->dimensions[i].class_count;
		uint32_t table;

		if (!(family->used & TG_DIM_BIT(i)))
			continue;
		table = blob_reserve(blob, 8 * (size_t)count, 8);
		for (uint32_t class = 0; table && class < count; class ++) {
			uint64_t holds = held_by(boxes, family, i, class);

			memcpy(blob->bytes + table + 8 * class, &holds,
			       sizeof(holds));
		}
		constants->holds[i] = table;
	}
	return blob->is_full ? -E2BIG : 0;
}

/* --- boxes */

static int add_box(struct boxes *boxes, const struct tree_box *box)
{
	if (boxes->count == BOXES_MAX)
		return -E2BIG;
	if (!vec_reserve(boxes->list, boxes->room, boxes->count + 1))
		return -ENOMEM;
	boxes->list[boxes->count++] = *box;
	return 0;
}

/* Adds a box for each combination of the keys' runs of values. */
static int add_product(struct boxes *boxes, const struct family *family,
		       const struct family_rule *rule, int key,
		       struct tree_box *box)
{
	const struct dimension *dimension = &family->dimensions[key];
	const struct span_set *set;
	int err = 0;

	if (key == TG_DIM_KEYS)
		return add_box(boxes, box);
	set = &dimension->sets[rule->sets[key]];
	for (uint32_t i = 0; i < set->run_count && !err; i++) {
		const struct interval_run *run =
			&dimension->runs[set->first_interval + i];

		box->first[TG_TREE_FIELD(key)] = run->first;
		box->last[TG_TREE_FIELD(key)] = run->end - 1;
		err = add_product(boxes, family, rule, key + 1, box);
	}
	return err;
}

int boxes_collect(struct boxes *boxes, const struct family *family)
{
	int err = 0;

	*boxes = (struct boxes){ 0 };
	boxes->sides = calloc(SIDES_MAX, sizeof(*boxes->sides));
	if (!boxes->sides)
		return -ENOMEM;
	for (size_t i = 0; i < family->count && !err; i++) {
		const struct family_rule *rule = &family->rules[i];
		int side = side_of(boxes, family, i);
		struct tree_box box = { 0 };

		if (side < 0)
			return side;
		box.predicate = side;
		box.outcome = family->outcomes[rule->number];
		err = add_product(boxes, family, rule, 0, &box);
	}
	boxes->input.boxes = boxes->list;
	boxes->input.count = boxes->count;
	boxes->input.none = family->outcomes[0];
	for (int i = 0; i < TG_DIM_KEYS; i++)
		boxes->input.ranks[TG_TREE_FIELD(i)] =
			family->dimensions[i].interval_count;
	return err;
}

void boxes_free(struct boxes *boxes)
{
	free(boxes->list);
	free(boxes->sides);
	*boxes = (struct boxes){ 0 };
}
