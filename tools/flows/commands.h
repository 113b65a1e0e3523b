/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of tg-flows: each returns its exit status. */
#ifndef TG_FLOWS_COMMANDS_H
#define TG_FLOWS_COMMANDS_H

#include "filter.h"
#include "kernel.h"

enum flow_exit {
	FLOW_DONE,
	FLOW_FAILED,
	FLOW_USAGE,
};

struct flow_command {
	const char *verb, *pin;
	char *const *words; /* behind the pin */
	int count;
	uint32_t flows; /* of a new table; 0: not said */
	bool is_json, is_watch, is_count, is_all;
};

int flow_cmd_prepare(const struct flow_command *command);
int flow_cmd_list(const struct flow_command *command);
int flow_cmd_watch(const struct flow_command *command,
		   const struct flow_filter *filter);
int flow_cmd_del(const struct flow_command *command);
int flow_cmd_save(const struct flow_command *command);
int flow_cmd_load(const struct flow_command *command);
int flow_cmd_adopt(const struct flow_command *command);

/* --- what they share */

/* Opens the table of the command. False after a message. */
bool flow_command_open(const struct flow_command *command, bool is_writable,
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
