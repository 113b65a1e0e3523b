// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the flows of a table from the words of its buckets, and takes no lock:
 * a flow that changes meanwhile may be counted or not.
 */
#include "look_flows.h"

#include <errno.h>
#include <unistd.h>

#include "flows/kernel.h"

int look_flows_read(struct look *look)
{
	struct flow_map map;
	int fd, err;

	err = look_live_map(look, FLOW_MAP, &fd);
	if (err || fd < 0)
		return err;
	err = flow_map_look(&map, fd, FLOW_WORDS);
	close(fd);
	/* made by tc, and no tool has prepared it */
	if (err == -ENOENT)
		return 0;
	if (err)
		return look_live_fail(look, FLOW_MAP, err);
	look->flows.has_table = true;
	look->flows.room = flow_head(&map.memory)->flows;
	flow_table_count(&map.memory, tg_flow_now(), &look->flows.counts);
	flow_map_close(&map);
	return 0;
}
