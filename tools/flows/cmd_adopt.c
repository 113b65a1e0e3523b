// SPDX-License-Identifier: GPL-2.0-only
/* tg-flows adopt: flows of sockets that exist. */
#include <errno.h>
#include <stdio.h>

#include "adopt.h"
#include "commands.h"
#include "prepare.h"

/* That of the first object that uses flows. False after a message. */
static bool read_policy(const struct pin_command *command,
			struct tg_policy_flows *policy)
{
	*policy = (struct tg_policy_flows){ 0 };
	for (int i = 1; i < command->count && !policy->is_used; i++) {
		struct elf_object object;

		if (elf_object_read(&object, command->words[i]))
			return false;
		flow_policy_read(&object, policy);
		elf_object_free(&object);
	}
	return true;
}

int flow_cmd_adopt(const struct pin_command *command)
{
	struct tg_policy_flows policy;
	struct flow_tally tally;
	struct flow_map map;
	int err;

	if (!read_policy(command, &policy) ||
	    !flow_command_open(command, true, &map))
		return PIN_FAILED;
	err = flow_adopt(&map, command->words[0],
			 policy.is_used ? &policy : NULL, &tally);
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
