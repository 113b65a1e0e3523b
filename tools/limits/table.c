// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

/* The ways of a bucket, totals first; NULL behind the last one. */
static struct tg_limit_way *bucket_ways(const struct line_map *map,
					uint32_t bucket)
{
	return bucket < TG_LIMIT_TOTALS + limit_head(map)->buckets
		       ? line_map_line(map,
				       TG_LIMIT_FIRST_BUCKET +
					       TG_LIMIT_BUCKET_LINES * bucket)
		       : NULL;
}

static const struct tg_limit_note *way_note(const struct tg_limit_way *ways,
					    int way)
{
	const char *first = (const char *)ways + TG_LIMIT_LINE;

	return (const struct tg_limit_note *)first + way;
}

static bool read_way(const struct tg_limit_way *place, uint64_t now,
		     struct tg_limit_way *way)
{
	way->name = __atomic_load_n(&place->name, __ATOMIC_RELAXED);
	way->schedule = __atomic_load_n(&place->schedule, __ATOMIC_RELAXED);
	return way->name && limit_ahead(way->schedule, now, TG_LIMIT_BURST_MAX);
}

void limit_table_count(const struct line_map *map, uint64_t now,
		       struct limit_counts *counts)
{
	const struct tg_limit_way *ways;
	struct tg_limit_way way;

	*counts = (struct limit_counts){ 0 };
	for (uint32_t bucket = 0; (ways = bucket_ways(map, bucket)); bucket++) {
		uint32_t used = 0;

		for (int i = 0; i < TG_LIMIT_WAYS; i++)
			used += read_way(&ways[i], now, &way);
		if (bucket < TG_LIMIT_TOTALS)
			counts->totals += used;
		else
			counts->keys += used;
	}
}

bool limit_table_visit(const struct line_map *map, uint64_t now,
		       limit_visit_fn *visit, void *context)
{
	struct tg_limit_way *ways;
	struct limit_found found;

	for (uint32_t bucket = 0; (ways = bucket_ways(map, bucket)); bucket++) {
		for (int i = 0; i < TG_LIMIT_WAYS; i++) {
			if (!read_way(&ways[i], now, &found.way))
				continue;
			found.place = &ways[i];
			found.note = *(const volatile struct tg_limit_note *)
					     way_note(ways, i);
			if (!visit(context, &found))
				return false;
		}
	}
	return true;
}

/*
 * A program may charge the key meanwhile: that packet is forgotten as well. The
 * clock of the ticks may be behind `now`, but not by a second.
 */
void limit_forget(const struct limit_found *found, uint64_t now)
{
	__atomic_store_n(&found->place->schedule, now - TG_LIMIT_SECOND,
			 __ATOMIC_RELAXED);
}
