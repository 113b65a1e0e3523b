// SPDX-License-Identifier: GPL-2.0-only
/* What the commands of tg-sets share. */
#include "commands.h"

#include <errno.h>
#include <string.h>

static void no_such_set(const struct set_map *map, const char *name)
{
	fprintf(stderr, "%s: %s: no set is named '%s': there %s",
		program_invocation_short_name, map->pin, name, "are");
	for (unsigned int i = 0; i < TG_SETS; i++) {
		const struct tg_set *set = set_line(&map->now.memory, i);

		if (set->is_used)
			fprintf(stderr, " %.*s", TG_SET_NAME_SIZE, set->name);
	}
	fputc('\n', stderr);
}

bool set_command_open(const struct pin_command *command, unsigned int flags,
		      struct set_map *map, unsigned int *number)
{
	int err = set_map_open(map, command->pin, flags);

	if (err == -ENOENT)
		fprintf(stderr, "%s: %s: there are no sets\n",
			program_invocation_short_name, command->pin);
	if (!err)
		err = flags & SET_TO_WRITE ? set_lock_to_change(map)
					   : set_map_lock(map);
	if (!err && number) {
		*number = set_number(&map->now, command->words[0]);
		if (*number == TG_SETS) {
			no_such_set(map, command->words[0]);
			err = -ENOENT;
		}
	}
	if (err)
		set_map_close(map);
	return !err;
}

bool set_command_entries(const struct pin_command *command, unsigned int kind,
			 struct set_entries *entries)
{
	struct set_fault fault;
	bool is_right = true;

	for (int i = 1; i < command->count; i++) {
		const char *text = command->words[i];

		if (set_entry_read(kind, text, strlen(text), entries, &fault))
			continue;
		fprintf(stderr, "%s: %s\n", program_invocation_short_name,
			fault.what);
		is_right = false;
	}
	return is_right;
}

bool set_command_apply(const struct pin_command *command,
		       struct set_entries *entries)
{
	uint32_t now = tg_set_now();

	for (size_t i = 0; i < entries->count; i++) {
		struct set_entry *entry = &entries->list[i];

		if (command->options & SET_OPTION_EXCEPT) {
			if (!set_form_is_address(entry->key.form)) {
				fprintf(stderr,
					"%s: --except: only sets of "
					"addresses have exceptions\n",
					program_invocation_short_name);
				return false;
			}
			entry->is_exception = true;
		}
		if (!command->value || entry->deadline != SET_DEADLINE_DEFAULT)
			continue;
		if (entry->is_exception && command->value != TG_SET_FOREVER) {
			fprintf(stderr,
				"%s: --for: an exception has no "
				"deadline\n",
				program_invocation_short_name);
			return false;
		}
		entry->deadline = command->value == TG_SET_FOREVER
					  ? TG_SET_FOREVER
					  : now + command->value;
	}
	return true;
}

void set_command_full(const struct set_map *map, const char *name,
		      unsigned int number, const struct set_tally *tally)
{
	const struct tg_set *set = set_line(&map->now.memory, number);

	fprintf(stderr,
		"%s: set '%s' is full: it has the %u entries of its "
		"'size'; %zu added, %zu not\n",
		program_invocation_short_name, name, set->size, tally->added,
		tally->refused);
}
