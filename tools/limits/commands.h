/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of tg-limits: each returns its exit status. */
#ifndef TG_LIMITS_COMMANDS_H
#define TG_LIMITS_COMMANDS_H

#include "filter.h"
#include "kernel.h"
#include "lib/pin_command.h"

enum limit_option {
	LIMIT_OPTION_LIMITS =
		PIN_OPTION(0), /* its value: keys of a new table */
	LIMIT_OPTION_COUNT = PIN_OPTION(1),
	LIMIT_OPTION_WATCH = PIN_OPTION(2),
};

int limit_cmd_prepare(const struct pin_command *command);
int limit_cmd_list(const struct pin_command *command);
int limit_cmd_watch(const struct pin_command *command);
int limit_cmd_flush(const struct pin_command *command);

/* --- what they share */

struct limit_listed {
	struct limit_found found;
	uint64_t ahead;		       /* of the clock */
	struct limit_level level;      /* if there is a rule */
	const struct limit_rule *rule; /* NULL: it is gone */
};

struct limit_list {
	struct line_map map;
	struct limit_rules rules;
	uint64_t now;
	struct limit_listed *list;
	size_t count, room;
};

/* A list that may be closed without having been opened. */
static inline struct limit_list limit_list_none(void)
{
	return (struct limit_list){ .map.folder = -1, .map.fd = -1 };
}

/*
 * Opens the table of the command, and lists the keys in use that match its
 * words. An exit status, after a message if it is not PIN_DONE;
 * limit_list_close() is needed either way.
 */
int limit_list_open(struct limit_list *keys, const struct pin_command *command,
		    bool is_writable);
void limit_list_close(struct limit_list *keys);

#endif
