// SPDX-License-Identifier: GPL-2.0-only
/* tg-flows prepare: a table is there afterwards. */
#include <errno.h>
#include <stdio.h>

#include "commands.h"
#include "prepare.h"

int flow_cmd_prepare(const struct pin_command *command)
{
	const struct flow_wish wish = { .pin = command->pin,
					.flows = command->value };
	const struct tg_flow_head *head;
	struct flow_map map;
	bool is_new;
	int err = flow_open_or_make(&map, &wish, &is_new);

	if (err)
		goto out;
	head = flow_head(&map.memory);
	printf("a table for %u flows, %llu KiB%s\n", head->flows,
	       (unsigned long long)map.memory.lines * TG_FLOW_LINE >> 10,
	       is_new ? "" : ", was there already");
	if (!is_new && command->value && command->value != head->flows)
		fprintf(stderr,
			"%s: %s: stays as it is: its size is chosen when it "
			"is made. 'flows save', detach, attach with --flows "
			"%u, 'flows load' make it anew\n",
			program_invocation_short_name, command->pin,
			command->value);
out:
	flow_map_close(&map);
	return err ? PIN_FAILED : PIN_DONE;
}
