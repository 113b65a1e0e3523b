// SPDX-License-Identifier: GPL-2.0-only
#include "fills.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/vec.h"
#include "live/look_flows.h"
#include "live/look_limits.h"
#include "live/look_sets.h"

/* At most a 20th of one processor's time. */
#define REST 20

static uint64_t cpu_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static int tables_read(struct top_fill_cache *cache, struct look *look,
		       uint64_t now)
{
	uint64_t began = cpu_time();
	int err = look_sets_read(look);

	if (!err)
		err = look_flows_read(look);
	if (!err)
		err = look_limits_read(look);
	if (err)
		return err;
	memcpy(cache->sets, look->sets, sizeof(cache->sets));
	cache->set_count = look->set_count;
	cache->flows = look->flows;
	cache->limits = look->limits;
	cache->next = now + (cpu_time() - began) * REST;
	return 0;
}

static int fill_add(struct top_fills *fills, const struct look *look,
		    enum top_table table, struct top_fill fill)
{
	if (!vec_reserve(fills->list, fills->room, fills->count + 1))
		return look_fail(-ENOMEM, "%s", look->device);
	snprintf(fill.device, sizeof(fill.device), "%s", look->device);
	fill.table = table;
	fills->list[fills->count++] = fill;
	return 0;
}

int fills_sample(struct top_fills *fills, struct top_fill_cache *cache,
		 struct look *look, uint64_t now)
{
	int err = 0;

	if (!look->has_pins)
		return 0;
	if (now >= cache->next)
		err = tables_read(cache, look, now);
	if (!err && cache->flows.has_table)
		err = fill_add(fills, look, TOP_FLOWS,
			       (struct top_fill){
				       .used = cache->flows.counts.all,
				       .room = cache->flows.room,
				       .refused = look->flows.refused,
			       });
	if (!err && cache->limits.has_table)
		err = fill_add(fills, look, TOP_LIMITS,
			       (struct top_fill){
				       .used = cache->limits.keys,
				       .room = cache->limits.room,
				       .refused = look->limits.full,
			       });
	for (uint32_t i = 0; !err && i < cache->set_count; i++) {
		const struct look_set *set = &cache->sets[i];
		struct top_fill fill = {
			.used = set->entries,
			.room = set->size,
			.refused = set->refused,
		};

		memcpy(fill.name, set->name, sizeof(fill.name));
		err = fill_add(fills, look, TOP_SET, fill);
	}
	return err;
}

void fill_name(const struct top_fill *fill, char *text, size_t size)
{
	static const char *const names[] = { "flows", "limits", "set " };

	snprintf(text, size, "%s%s", names[fill->table], fill->name);
}

int fill_percent(const struct top_fill *fill)
{
	if (!fill->room)
		return 0;
	return fill->used >= fill->room ? 100
					: (int)(fill->used * 100 / fill->room);
}
