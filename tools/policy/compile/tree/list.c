// SPDX-License-Identifier: GPL-2.0-only
/* Filters lists of boxes: which boxes matter in a region. */
#include <errno.h>

#include "lib/vec.h"
#include "parts.h"

/* Longer lists are not checked for hidden boxes, which takes quadratic time. */
#define HIDDEN_MAX 32

/* Limit for the memory of all lists, in entries. */
#define LISTS_MAX (32UL << 20)

bool tree_list_reserve(struct tree_work *work, size_t count,
		       struct tree_list *list)
{
	size_t needed = work->used + count;

	*list = (struct tree_list){ work->used, count };
	if (needed > LISTS_MAX) {
		work->error = -E2BIG;
		return false;
	}
	if (!vec_reserve(work->ids, work->room, needed)) {
		work->error = -ENOMEM;
		return false;
	}
	work->used = needed;
	return true;
}

/* True if, within the region, box covers the other one. */
static bool hides(const struct tree_box *box, const struct tree_box *other,
		  const struct tree_region *region)
{
	if (box->predicate)
		return false;
	for (int field = 0; field < TREE_FIELDS; field++) {
		if (box->first[field] > tree_first(other, region, field) ||
		    box->last[field] < tree_last(other, region, field))
			return false;
	}
	return true;
}

static bool is_hidden(const struct tree_work *work, const uint32_t *ids,
		      size_t count, const struct tree_box *box,
		      const struct tree_region *region)
{
	for (size_t i = 0; i < count; i++) {
		if (hides(&work->input->boxes[ids[i]], box, region))
			return true;
	}
	return false;
}

static bool covers(const struct tree_box *box, const struct tree_region *region)
{
	if (box->predicate)
		return false;
	for (int field = 0; field < TREE_FIELDS; field++) {
		if (box->first[field] > region->first[field] ||
		    box->last[field] < region->last[field])
			return false;
	}
	return true;
}

/* Drops all boxes after one that covers the region. */
static void drop_covered(const struct tree_work *work, struct tree_list *list,
			 const struct tree_region *region)
{
	const uint32_t *ids = &work->ids[list->start];

	for (size_t i = 0; i < list->count; i++) {
		if (covers(&work->input->boxes[ids[i]], region)) {
			list->count = i + 1;
			return;
		}
	}
}

static void drop_hidden(struct tree_work *work, struct tree_list *list,
			const struct tree_region *region)
{
	uint32_t *ids = &work->ids[list->start];
	size_t kept = 0;

	work->work += list->count * list->count;
	for (size_t i = 0; i < list->count; i++) {
		const struct tree_box *box = &work->input->boxes[ids[i]];

		if (!is_hidden(work, ids, kept, box, region))
			ids[kept++] = ids[i];
	}
	list->count = kept;
}

/*
 * Shrinks the region to the bounding box of its boxes. A key outside of it can
 * reach the leaf, but matches none of the records there.
 */
static void shrink(const struct tree_work *work, struct tree_list list,
		   struct tree_region *region)
{
	const uint32_t *ids = &work->ids[list.start];
	struct tree_region all = *region;

	for (int field = 0; field < TREE_FIELDS; field++) {
		uint32_t first = all.last[field], last = all.first[field];

		for (size_t i = 0; i < list.count; i++) {
			const struct tree_box *box =
				&work->input->boxes[ids[i]];
			uint32_t from = tree_first(box, &all, field);
			uint32_t to = tree_last(box, &all, field);

			first = from < first ? from : first;
			last = to > last ? to : last;
		}
		region->first[field] = first;
		region->last[field] = last;
	}
}

void tree_list_clean(struct tree_work *work, struct tree_list *list,
		     struct tree_region *region)
{
	size_t count;

	do {
		count = list->count;
		if (!count)
			return;
		shrink(work, *list, region);
		drop_covered(work, list, region);
		if (list->count <= HIDDEN_MAX)
			drop_hidden(work, list, region);
		work->work += TREE_FIELDS * count;
	} while (list->count < count);
}
