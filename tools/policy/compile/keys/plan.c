// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses the number of windows and compares for a set of starts, by evaluating
 * candidate plans.
 */
#include "parts.h"

/* Plans with more bytes of nodes are rejected. */
#define NODES_MAX (8 << 20)

#define ENTRIES_PER_START 8

/* Cost estimates, in nanoseconds. */
#define LOAD_COST 3.0
#define COMPARE_COST 0.8 /* 32-bit compare; longer ones need borrows */
#define LONG_COMPARE_COST 2.0
#define HALVING_COST 10.0
#define SHORT_HALVING_COST 4.0 /* starts share cache lines */
#define MEGABYTE_COST 30.0 /* per megabyte: cache misses grow with the size */

static double load_cost(size_t size)
{
	double megabytes = (double)size / (1 << 20);

	return LOAD_COST + MEGABYTE_COST * (megabytes + megabytes * megabytes);
}

/* Cost of the search after the windows. */
static double search_cost(const struct wide *wide)
{
	const struct wide_plan *plan = &wide->plan;
	double compare =
		wide->start_size > 4 ? LONG_COMPARE_COST : COMPARE_COST;
	double cost;

	if (wide_is_exact(wide))
		return 0;
	cost = compare * plan->compares +
	       (plan->is_short ? SHORT_HALVING_COST : HALVING_COST) *
		       plan->halvings +
	       load_cost(wide->count * wide_start_size(wide));
	if (wide->numbering->numbers)
		cost += load_cost(wide->count * sizeof(uint32_t));
	return cost;
}

static double cost_of(const struct wide *wide)
{
	double cost = search_cost(wide);

	for (unsigned int i = 0; i < wide->plan.steps; i++)
		cost += load_cost(wide->sizes[i]);
	return cost;
}

/* The best plan so far. */
struct choice {
	struct wide_plan best;
	double least;
	bool is_made;
};

/*
 * The node size from which a plan, costing this much without nodes, cannot win.
 */
static size_t nodes_max(const struct choice *choice, double cost)
{
	double megabytes = (choice->least - cost) / MEGABYTE_COST;

	if (!choice->is_made || megabytes > NODES_MAX >> 20)
		return NODES_MAX;
	return megabytes * (1 << 20);
}

/* Finds the best number of windows for a plan with these other settings. */
static void try_plans(struct wide *wide, struct wide_plan plan,
		      struct choice *choice)
{
	for (unsigned int steps = !plan.compares || plan.is_short;
	     steps <= TG_WIDE_STEPS; steps++) {
		double cost;

		wide->plan = plan;
		wide->plan.steps = steps;
		/* lower bound */
		cost = LOAD_COST * steps + search_cost(wide);
		if (choice->is_made && cost >= choice->least)
			break;
		wide->scratch.limit = nodes_max(choice, cost);
		wide_lay_out(wide, &wide->scratch);
		blob_rewind(&wide->scratch, 0);
		if (wide->is_too_large)
			continue;
		cost = cost_of(wide);
		if (!choice->is_made || cost < choice->least)
			*choice = (struct choice){ wide->plan, cost, true };
		if (!wide_is_exact(wide) && !wide->plan.halvings)
			break; /* more steps cannot help */
	}
}

/* Plans with small first nodes, and windows that leave more or fewer starts. */
static void try_short_plans(struct wide *wide, unsigned int compares,
			    struct choice *choice)
{
	static const struct wide_plan plans[] = {
		{ .entries_per_start = ENTRIES_PER_START },
		{ .entries_per_start = ENTRIES_PER_START, .window_max = 12 },
		{ .entries_per_start = 2, .window_max = 12 },
		{ .entries_per_start = 1, .window_max = 12 },
	};

	for (size_t i = 0; i < sizeof(plans) / sizeof(*plans); i++) {
		struct wide_plan plan = plans[i];

		plan.is_short = true;
		plan.compares = compares;
		try_plans(wide, plan, choice);
	}
}

/* Few starts of long keys: larger nodes are cheap and save steps. */
#define FEW_STARTS 4096

struct wide_plan wide_best_plan(struct wide *wide)
{
	static const unsigned int compares[] = { 0, 1, 3,
						 TG_WIDE_COMPARES_MAX };
	static const unsigned int windows[] = { 0, 8, 11, 13 };
	size_t sizes = wide->count <= FEW_STARTS && wide->start_size > 4
			       ? sizeof(windows) / sizeof(*windows)
			       : 1;
	struct choice choice = { 0 };

	for (size_t i = 0; i < sizeof(compares) / sizeof(*compares); i++) {
		/* windows only see the upper half of 128 bits */
		if (!compares[i] && wide->start_size > 8)
			continue;
		for (size_t j = 0; j < sizes; j++)
			try_plans(
				wide,
				(struct wide_plan){ .compares = compares[i],
						    .entries_per_start =
							    ENTRIES_PER_START,
						    .window_min = windows[j] },
				&choice);
		if (compares[i] && wide->can_be_short)
			try_short_plans(wide, compares[i], &choice);
	}
	return choice.best;
}
