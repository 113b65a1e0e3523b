/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of tg-flows: each returns its exit status. */
#ifndef TG_FLOWS_COMMANDS_H
#define TG_FLOWS_COMMANDS_H

#include "filter.h"
#include "kernel.h"
#include "lib/pin_command.h"

enum flow_option {
	FLOW_OPTION_FLOWS = PIN_OPTION(0), /* its value: of a new table */
	FLOW_OPTION_ALL = PIN_OPTION(1),
	FLOW_OPTION_COUNT = PIN_OPTION(2),
	FLOW_OPTION_WATCH = PIN_OPTION(3),
};

int flow_cmd_prepare(const struct pin_command *command);
int flow_cmd_list(const struct pin_command *command);
int flow_cmd_watch(const struct pin_command *command,
		   const struct flow_filter *filter);
int flow_cmd_del(const struct pin_command *command);
int flow_cmd_save(const struct pin_command *command);
int flow_cmd_load(const struct pin_command *command);
int flow_cmd_adopt(const struct pin_command *command);

/* --- what they share */

/* Opens the table of the command. False after a message. */
bool flow_command_open(const struct pin_command *command, bool is_writable,
		       struct flow_map *map);

struct flow_listed {
	struct flow_found found;
	uint32_t number; /* of its way in the table */
};

struct flow_list {
	struct flow_listed *list;
	size_t count, room;
};

/* All flows that match, in the order of the table. False: out of memory. */
bool flow_list_read(struct flow_list *flows, const struct flow_map *map,
		    const struct flow_filter *filter, uint32_t now);

#endif
