// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the keys of a table of limits that are in use, and takes no lock: a
 * key that is charged meanwhile may be counted or not.
 */
#include "look_limits.h"

#include <errno.h>
#include <unistd.h>

#include "limits/kernel.h"
#include "limits/table.h"

int look_limits_read(struct look *look)
{
	struct limit_counts counts;
	struct line_map map;
	int fd, err;

	err = look_live_map(look, LIMIT_MAP, &fd);
	if (err || fd < 0)
		return err;
	err = limit_map_look(&map, fd);
	close(fd);
	/* made by tc, and no tool has prepared it */
	if (err == -ENOENT)
		return 0;
	if (err)
		return look_live_fail(look, LIMIT_MAP, err);
	limit_table_count(&map, limit_now(), &counts);
	look->limits.has_table = true;
	look->limits.room = limit_head(&map)->keys;
	look->limits.keys = counts.keys + counts.totals;
	line_map_close(&map);
	return 0;
}
