/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of tg-sets: each returns its exit status. */
#ifndef TG_SETS_COMMANDS_H
#define TG_SETS_COMMANDS_H

#include "change.h"
#include "lib/pin_command.h"
#include "list_read.h"

enum set_option {
	SET_OPTION_FOR = PIN_OPTION(0), /* its value: units that entries stay,
					   or TG_SET_FOREVER */
	SET_OPTION_EXCEPT = PIN_OPTION(1),
	SET_OPTION_SKIP_BAD = PIN_OPTION(2),
};

int set_cmd_add(const struct pin_command *command);
int set_cmd_del(const struct pin_command *command);
int set_cmd_load(const struct pin_command *command);
int set_cmd_replace(const struct pin_command *command);
int set_cmd_flush(const struct pin_command *command);
int set_cmd_forget(const struct pin_command *command);
int set_cmd_list(const struct pin_command *command);
int set_cmd_show(const struct pin_command *command);
int set_cmd_save(const struct pin_command *command);
int set_cmd_test(const struct pin_command *command);

/* --- what they share */

/*
 * Opens and locks the map, and finds the set whose name is the first word.
 * False after a message; the map is closed then.
 */
bool set_command_open(const struct pin_command *command, unsigned int flags,
		      struct set_map *map, unsigned int *number);

/* Reads the entries that are words of the command. False after a message. */
bool set_command_entries(const struct pin_command *command, unsigned int kind,
			 struct set_entries *entries);

/* Sets deadlines of --for, and the exceptions of --except. False: message. */
bool set_command_apply(const struct pin_command *command,
		       struct set_entries *entries);

/* "set 'blocked' has 10 of 10 entries", and what was added before. */
void set_command_full(const struct set_map *map, const char *name,
		      unsigned int number, const struct set_tally *tally);

#endif
