// SPDX-License-Identifier: GPL-2.0-only
/* Prints results as a table or as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "meter.h"

#define UNIT "hash:10000" /* the unit for lookups */

struct figures {
	struct meter_figure sides[METER_SIDES];
	struct meter_figure added;
};

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static struct meter_figure figure_of(const double *runs, size_t count)
{
	double *sorted = malloc(count * sizeof(*sorted));
	struct meter_figure figure;

	if (!sorted)
		abort();
	memcpy(sorted, runs, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare);
	figure = (struct meter_figure){ sorted[0], sorted[count / 2],
					sorted[count - 1] };
	free(sorted);
	return figure;
}

/*
 * The minimum is the difference of the two minima, as disturbances only add
 * time. Median and maximum are those of the differences of each round.
 */
static struct figures figures_of(const struct meter_row *row, size_t rounds)
{
	struct figures figures;
	double *added = malloc(rounds * sizeof(*added));

	if (!added)
		abort();
	for (int side = 0; side < METER_SIDES; side++) {
		figures.sides[side] = figure_of(row->runs[side], rounds);
		figures.sides[side].min = row->best[side];
	}
	for (size_t i = 0; i < rounds; i++)
		added[i] = row->runs[METER_OBJECT][i] -
			   row->runs[METER_BASELINE][i];
	figures.added = figure_of(added, rounds);
	figures.added.min = figures.sides[METER_OBJECT].min -
			    figures.sides[METER_BASELINE].min;
	free(added);
	return figures;
}

/* The cost of a hash lookup in the same run; 0 if it was not measured. */
static struct meter_figure unit_of(const struct meter_row *rows, size_t count,
				   size_t rounds)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(rows[i].label, UNIT))
			return figures_of(&rows[i], rounds).added;
	}
	return (struct meter_figure){ 0 };
}

void meter_print(const struct meter_row *rows, size_t count, size_t rounds)
{
	struct meter_figure unit = unit_of(rows, count, rounds);

	printf("%-24s %8s %8s %8s %8s %8s %7s %8s\n", "NS A PACKET", "BASELINE",
	       "WITH", "ADDED", "MEDIAN", "MAX", "x HASH", "WRONG");
	for (size_t i = 0; i < count; i++) {
		struct figures figures = figures_of(&rows[i], rounds);
		char wrong[24] = "-";

		if (rows[i].checked)
			snprintf(wrong, sizeof(wrong), "%zu", rows[i].wrong);
		printf("%-24s %8.1f %8.1f %8.1f %8.1f %8.1f ", rows[i].label,
		       figures.sides[METER_BASELINE].min,
		       figures.sides[METER_OBJECT].min, figures.added.min,
		       figures.added.median, figures.added.max);
		if (unit.min > 0)
			printf("%7.2f ", figures.added.min / unit.min);
		else
			printf("%7s ", "-");
		printf("%8s\n", wrong);
	}
}

static void print_figure(const char *name, struct meter_figure figure)
{
	printf("\"%s\": {\"min\": %.2f, \"median\": %.2f, \"max\": %.2f}, ",
	       name, figure.min, figure.median, figure.max);
}

void meter_print_json(const struct meter_row *rows, size_t count, size_t rounds)
{
	struct meter_figure unit = unit_of(rows, count, rounds);

	puts("[");
	for (size_t i = 0; i < count; i++) {
		struct figures figures = figures_of(&rows[i], rounds);

		printf("  {\"label\": \"%s\", \"hook\": \"%s\", ",
		       rows[i].label, rows[i].hook);
		print_figure("baseline", figures.sides[METER_BASELINE]);
		print_figure("with", figures.sides[METER_OBJECT]);
		print_figure("added", figures.added);
		if (unit.min > 0)
			printf("\"hashes\": %.3f, \"hashes_median\": %.3f, ",
			       figures.added.min / unit.min,
			       figures.added.median / unit.median);
		printf("\"rounds\": %zu, \"checked\": %zu, \"wrong\": %zu}%s\n",
		       rounds, rows[i].checked, rows[i].wrong,
		       i + 1 < count ? "," : "");
	}
	puts("]");
}
