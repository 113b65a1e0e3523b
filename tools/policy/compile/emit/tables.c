// SPDX-License-Identifier: GPL-2.0-only
#include "tables.h"

#include <string.h>

#define PAGE 256

uint32_t number_of_interval(const struct numbering *numbering,
			    uint32_t interval)
{
	return numbering->numbers ? numbering->numbers[interval] : interval;
}

uint32_t number_at(struct number_walk *walk, uint64_t value)
{
	const struct dimension *dimension = walk->numbering->dimension;

	while (walk->interval + 1 < dimension->interval_count &&
	       dimension->starts[walk->interval + 1] <= value)
		walk->interval++;
	return number_of_interval(walk->numbering, walk->interval);
}

/* Number of values, plus one for a missing field. */
static uint32_t value_count(const struct dimension *dimension)
{
	return (uint32_t)dimension->max + 2;
}

uint32_t table_direct(struct blob *blob, const struct numbering *numbering)
{
	uint32_t count = value_count(numbering->dimension), table[PAGE + 1];
	struct number_walk walk = { numbering, 0 };

	for (uint32_t value = 0; value < count; value++)
		table[value] = TG_CLASS(number_at(&walk, value));
	return blob_intern(blob, table, 4 * (size_t)count, 4);
}

uint32_t table_paged(struct blob *blob, const struct numbering *numbering)
{
	uint32_t count = value_count(numbering->dimension);
	uint32_t pages[65536 / PAGE + 1], page[PAGE];
	struct number_walk walk = { numbering, 0 };
	size_t page_count = 0;

	for (uint32_t value = 0; value < count; value += PAGE) {
		for (uint32_t i = 0; i < PAGE; i++)
			page[i] = TG_CLASS(number_at(&walk, value + i));
		pages[page_count++] = blob_intern(blob, page, sizeof(page), 4);
	}
	return blob_intern(blob, pages, 4 * page_count, 4);
}
