// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"

#include <errno.h>
#include <stdio.h>

#include "lib/kernel_tick.h"
#include "lib/pinned_map.h"

#define SECRETS (sizeof((struct tg_limit_head *)0)->secret / sizeof(uint32_t))

_Static_assert(TG_LIMIT_LINE == LINE_SIZE, "a table of lines");

uint64_t limit_clock;

static const struct line_kind kind = {
	.name = LIMIT_MAP,
	.noun = "limits",
	.tool = "tg-limits",
	.lines_min = TG_LIMIT_LINES(1),
};

int limit_map_fail(const struct line_map *map, int err)
{
	return line_map_fail(map, &kind, err);
}

/* The version is written last: programs limit nothing before. */
static int format_table(struct line_map *map, uint32_t keys)
{
	struct tg_limit_head *head = limit_head(map);
	int err = random_secret(head->secret, SECRETS);

	if (err)
		return limit_map_fail(map, err);
	head->lines = map->lines;
	head->buckets =
		(map->lines - TG_LIMIT_LINES(0)) / TG_LIMIT_BUCKET_LINES;
	head->keys = keys ? keys : limit_table_room(head->buckets);
	head->tick = kernel_tick();
	__atomic_store_n(&head->version, TG_LIMIT_VERSION, __ATOMIC_RELEASE);
	return 0;
}

int limit_map_open(struct line_map *map, const char *pin, bool is_writable)
{
	const struct tg_limit_head *head;
	int err = line_map_open(map, &kind, pin, is_writable);

	if (err)
		return err;
	head = limit_head(map);
	/* tc has made the map for a program that was loaded by hand */
	if (is_writable && !head->version)
		err = format_table(map, 0);
	if (!err && !limit_head_is_sound(head, map->lines))
		err = limit_map_fail(map, head->version ? -EPROTO : -ENODATA);
	return err;
}

int limit_map_look(struct line_map *map, int fd)
{
	struct tg_limit_head head;
	uint32_t lines;
	int err = line_map_head(fd, &kind, &head, &lines);

	*map = (struct line_map){ .folder = -1, .fd = -1 };
	if (!err && !limit_head_is_sound(&head, lines))
		err = head.version ? -EPROTO : -ENOENT;
	return err ? err : line_map_look(map, fd, lines);
}

int limit_map_create(struct line_map *map, uint32_t keys)
{
	char wish[32];
	int err;

	snprintf(wish, sizeof(wish), "%u keys", keys);
	err = line_map_create(map, &kind,
			      TG_LIMIT_LINES(TG_LIMIT_BUCKETS(keys)), wish);
	return err ? err : format_table(map, keys);
}

int limit_map_pin(struct line_map *map)
{
	return line_map_pin(map, &kind);
}
