// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the lines of sets of the table in force, which are in its first block,
 * and takes no lock: an entry that is added meanwhile may be counted or not.
 */
#include "look_sets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "lib/pinned_map.h"
#include "sets/memory.h"

/* Entries whose time is not over. */
static uint32_t count_now(const struct set_memory *block, uint32_t number)
{
	const struct tg_set *set = set_line(block, number);
	const struct tg_set_wheel *wheel = (const void *)(set + 1);
	uint32_t now = tg_set_now() >> set->shift, count = set->count;

	for (uint32_t i = 0; i < TG_SET_WHEEL && set->hand + i < now; i++)
		count -= wheel->slots[(set->hand + i) % TG_SET_WHEEL];
	return count;
}

static void read_set(struct look *look, const struct set_memory *block,
		     uint32_t number)
{
	const struct tg_set *set = set_line(block, number);
	struct look_set *to = &look->sets[look->set_count];

	if (!set->is_used)
		return;
	memcpy(to->name, set->name, sizeof(to->name) - 1);
	to->entries = count_now(block, number);
	to->size = set->size;
	to->refused = set->refused;
	look->set_count++;
}

/* A map that is smaller than a block cannot be mapped, and is no table. */
static int read_table(struct look *look, int table)
{
	struct set_memory block = { .lines = TG_SET_BLOCK_LINES };
	int err = 0;

	block.start = mmap(NULL, TG_SET_BLOCK, PROT_READ, MAP_SHARED, table, 0);
	if (block.start == MAP_FAILED)
		return errno == EINVAL ? -EPROTO : -errno;
	if (set_head(&block)->version == TG_SET_VERSION) {
		look->map_bytes +=
			(uint64_t)set_head(&block)->lines * TG_SET_LINE;
		for (uint32_t i = 0; i < TG_SETS; i++)
			read_set(look, &block, i);
	} else {
		err = -EPROTO;
	}
	munmap(block.start, TG_SET_BLOCK);
	return err;
}

int look_sets_read(struct look *look)
{
	int tables, table, err;
	uint32_t id;

	err = look_live_map(look, "tgs_sets", &tables);
	if (err || tables < 0)
		return err;
	table = inner_map_open(tables, TG_SET_NOW, &id);
	close(tables);
	/* made by tc, and no table was put into it yet */
	if (table == -ENOENT)
		return 0;
	err = table < 0 ? table : read_table(look, table);
	if (table >= 0)
		close(table);
	return err ? look_live_fail(look, "tgs_sets", err) : 0;
}
