// SPDX-License-Identifier: GPL-2.0-only
/*
 * Distributes boxes over the trees of a forest. A box that is wide in a field
 * is copied into many children of a cut there, so boxes that are wide in the
 * same address fields get a tree of their own.
 */
#include "parts.h"

/* A box is wide if it covers more than 1/16 of the ranks. */
#define WIDE 16

/* Up to this many boxes that are wide in an address share one tree. */
#define FEW 512

enum { DESTINATION, SOURCE };

static bool is_wide(const struct tree_input *input, const struct tree_box *box,
		    int field)
{
	uint64_t span = (uint64_t)box->last[field] - box->first[field] + 1;

	return span * WIDE > input->ranks[field];
}

/* The address that distinguishes more boxes comes first. */
static unsigned int group_of(const struct tree_input *input,
			     const struct tree_box *box)
{
	int first = input->ranks[SOURCE] > input->ranks[DESTINATION]
			    ? SOURCE
			    : DESTINATION;
	int second = first == SOURCE ? DESTINATION : SOURCE;

	if (!is_wide(input, box, first))
		return 0;
	return is_wide(input, box, second) ? 2 : 1;
}

static unsigned int last_group(const struct tree_input *input)
{
	size_t wide = 0;

	for (size_t i = 0; i < input->count; i++)
		wide += group_of(input, &input->boxes[i]) > 0;
	return wide > FEW ? 2 : 1;
}

static void fill_list(struct tree_work *work, struct tree_list *list,
		      unsigned int group, unsigned int last)
{
	const struct tree_input *input = work->input;

	list->count = 0;
	for (size_t i = 0; i < input->count; i++) {
		unsigned int own = group_of(input, &input->boxes[i]);

		if ((own < last ? own : last) == group)
			work->ids[list->start + list->count++] = i;
	}
	work->used = list->start + list->count;
}

int tree_partition(struct tree_work *work,
		   struct tree_list lists[TG_TREE_GROUPS])
{
	unsigned int last = last_group(work->input);

	for (unsigned int group = 0; group < TG_TREE_GROUPS; group++) {
		if (!tree_list_reserve(work, work->input->count, &lists[group]))
			return work->error;
		fill_list(work, &lists[group], group, last);
	}
	return 0;
}
