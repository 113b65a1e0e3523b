// SPDX-License-Identifier: GPL-2.0-only
/* tg-limits prepare: a table is there afterwards. */
#include <errno.h>
#include <stdio.h>

#include "commands.h"
#include "prepare.h"

int limit_cmd_prepare(const struct pin_command *command)
{
	const struct limit_wish wish = { .pin = command->pin,
					 .keys = command->value };
	const struct tg_limit_head *head;
	struct line_map map;
	bool is_new;
	int err = limit_open_or_make(&map, &wish, &is_new);

	if (err)
		goto out;
	head = limit_head(&map);
	printf("a table for limits of %u keys, %llu KiB%s\n", head->keys,
	       (unsigned long long)map.lines * TG_LIMIT_LINE >> 10,
	       is_new ? "" : ", was there already");
	if (!is_new && command->value && command->value != head->keys)
		fprintf(stderr,
			"%s: %s: stays as it is: its size is chosen when it "
			"is made. Detach, and attach with --limits %u, to make "
			"it anew\n",
			program_invocation_short_name, command->pin,
			command->value);
out:
	line_map_close(&map);
	return err ? PIN_FAILED : PIN_DONE;
}
