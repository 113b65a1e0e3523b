// SPDX-License-Identifier: GPL-2.0-only
/* tg-flows adopt: flows of sockets that exist. */
#include <errno.h>
#include <stdio.h>

#include "adopt.h"
#include "commands.h"

int flow_cmd_adopt(const struct pin_command *command)
{
	struct flow_tally tally;
	struct flow_map map;
	int err;

	if (!flow_command_open(command, true, &map))
		return PIN_FAILED;
	err = flow_adopt(&map, command->words[0], NULL, &tally);
	if (!err)
		printf("%zu added, %zu were there already\n", tally.added,
		       tally.there);
	if (!err && tally.refused)
		fprintf(stderr,
			"%s: %s: the table is full: no room for %zu flows\n",
			program_invocation_short_name, command->pin,
			tally.refused);
	flow_map_close(&map);
	return err || tally.refused ? PIN_FAILED : PIN_DONE;
}
