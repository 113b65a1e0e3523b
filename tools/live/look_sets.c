// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the lines of sets of the table in force with one system call each, and
 * takes no lock: an entry that is added meanwhile may be counted or not.
 */
#include "look_sets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "lib/pinned_map.h"
#include "sets/memory.h"

/* A set's line and its wheel, as in the table. */
struct set_lines {
	struct tg_set set;
	struct tg_set_node wheel[TG_SET_SET_LINES - 1];
};

static int read_lines(int table, uint32_t line, void *to, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++, line++)
		if (bpf_map_lookup_elem(table, &line,
					(char *)to + i * TG_SET_LINE) < 0)
			return -errno;
	return 0;
}

/* Entries whose time is not over. */
static uint32_t count_now(const struct set_lines *lines)
{
	uint32_t now = tg_set_now() >> lines->set.shift, count;

	count = lines->set.count;
	for (uint32_t i = 0; i < TG_SET_WHEEL && lines->set.hand + i < now;
	     i++) {
		uint32_t slot = (lines->set.hand + i) % TG_SET_WHEEL;

		count -= lines->wheel[slot / TG_SET_WORDS_IN_LINE]
				 .words[slot % TG_SET_WORDS_IN_LINE];
	}
	return count;
}

static int read_set(struct look *look, int table, uint32_t number)
{
	struct set_lines lines;
	struct look_set *to = &look->sets[look->set_count];
	int err = read_lines(table, TG_SET_SET_LINE(number), &lines,
			     TG_SET_SET_LINES);

	if (err || !lines.set.is_used)
		return err;
	memcpy(to->name, lines.set.name, sizeof(to->name) - 1);
	to->entries = count_now(&lines);
	to->size = lines.set.size;
	to->refused = lines.set.refused;
	look->set_count++;
	return 0;
}

static int read_table(struct look *look, int table)
{
	struct tg_set_head head;
	int err = read_lines(table, TG_SET_HEAD_LINE, &head, 1);

	if (err)
		return err;
	if (head.version != TG_SET_VERSION)
		return -EPROTO;
	look->map_bytes += (uint64_t)head.lines * TG_SET_LINE;
	for (uint32_t i = 0; !err && i < TG_SETS; i++)
		err = read_set(look, table, i);
	return err;
}

int look_sets_read(struct look *look)
{
	char pin[PATH_MAX];
	int tables, table, err;
	uint32_t id;

	snprintf(pin, sizeof(pin), LOOK_PINS_ROOT "/%s/tc/globals/tgs_sets",
		 look->key);
	tables = bpf_obj_get(pin);
	if (tables < 0)
		return errno == ENOENT ? 0 : look_fail(-errno, "%s", pin);
	table = inner_map_open(tables, TG_SET_NOW, &id);
	close(tables);
	/* made by tc, and no table was put into it yet */
	if (table == -ENOENT)
		return 0;
	err = table < 0 ? table : read_table(look, table);
	if (table >= 0)
		close(table);
	return err ? look_fail(err, "%s", pin) : 0;
}
