// SPDX-License-Identifier: GPL-2.0-only
/* tg-limits flush: keys may use their whole burst again. */
#include <stdio.h>

#include "commands.h"

int limit_cmd_flush(const struct pin_command *command)
{
	struct limit_list keys;
	int status = limit_list_open(&keys, command, true);

	for (size_t i = 0; i < keys.count && !status; i++)
		limit_forget(&keys.list[i].found, keys.now);
	if (!status)
		printf("%zu flushed\n", keys.count);
	limit_list_close(&keys);
	return status;
}
