// SPDX-License-Identifier: GPL-2.0-only
/* tg-flows del: removes flows; their packets are new ones then. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "commands.h"

struct deleting {
	const struct flow_filter *filter;
	size_t count;
};

static bool delete_flow(void *context, const struct flow_found *found)
{
	struct deleting *deleting = context;

	if (flow_filter_matches(deleting->filter, found))
		deleting->count += flow_remove(found);
	return true;
}

int flow_cmd_del(const struct pin_command *command)
{
	struct flow_filter filter;
	struct deleting deleting = { .filter = &filter };
	bool is_all = command->options & FLOW_OPTION_ALL;
	struct flow_map map;

	if (!command->count != is_all) {
		fprintf(stderr,
			"%s: del needs conditions, such as 'from "
			"198.51.100.7', or --all\n",
			program_invocation_short_name);
		return PIN_USAGE;
	}
	if (!flow_filter_read(&filter, command->words, command->count))
		return PIN_USAGE;
	if (!flow_command_open(command, true, &map))
		return PIN_FAILED;
	flow_table_visit(&map.memory, tg_flow_now(), delete_flow, &deleting);
	printf("%zu removed\n", deleting.count);
	flow_map_close(&map);
	return PIN_DONE;
}
