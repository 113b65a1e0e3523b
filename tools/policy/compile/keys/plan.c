// SPDX-License-Identifier: GPL-2.0-only
/* How many windows and compares are best for some starts: plans are tried. */
#include "parts.h"

/* A plan whose nodes are larger is given up. */
#define NODES_MAX (8 << 20)

#define ENTRIES_PER_START 8

/* What it costs, in nanoseconds of a usual machine. */
#define LOAD_COST 3.0
#define COMPARE_COST 0.8 /* of 32 bits; more bits have borrows to look at */
#define LONG_COMPARE_COST 2.0
#define HALVING_COST 10.0
#define SHORT_HALVING_COST 4.0 /* they are close to each other */
#define MEGABYTE_COST 30.0     /* and of more ever more of it is far away */

static double load_cost(size_t size)
{
	double megabytes = (double)size / (1 << 20);

	return LOAD_COST + MEGABYTE_COST * (megabytes + megabytes * megabytes);
}

/* What comes after the windows. */
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

/* What the search for a plan has found so far. */
struct choice {
	struct wide_plan best;
	double least;
	bool is_made;
};

/* If they are larger, a plan that costs so much without cannot be best. */
static size_t nodes_max(const struct choice *choice, double cost)
{
	double megabytes = (choice->least - cost) / MEGABYTE_COST;

	if (!choice->is_made || megabytes > NODES_MAX >> 20)
		return NODES_MAX;
	return megabytes * (1 << 20);
}

/* The best number of windows for a plan that says the rest. */
static void try_plans(struct wide *wide, struct wide_plan plan,
		      struct choice *choice)
{
	for (unsigned int steps = !plan.compares || plan.is_short;
	     steps <= TG_WIDE_STEPS; steps++) {
		double cost;

		wide->plan = plan;
		wide->plan.steps = steps;
		/* the best that could come of it */
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
			break; /* more steps would bring nothing */
	}
}

/* Small nodes in front, and windows that leave more or less to be searched. */
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

/* Few starts of long keys: larger nodes cost little, and save steps. */
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
		/* windows do not see all of 128 bits */
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
