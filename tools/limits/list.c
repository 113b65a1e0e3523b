// SPDX-License-Identifier: GPL-2.0-only
/* The keys of a table that are in use, each with its rule. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "lib/vec.h"

struct listing {
	struct limit_list *keys;
	const struct limit_filter *filter;
};

static bool take_key(void *context, const struct limit_found *found)
{
	struct listing *listing = context;
	struct limit_list *keys = listing->keys;
	struct limit_listed key = {
		.found = *found,
		.rule = limit_rules_find(&keys->rules, found->note.limit),
	};

	key.ahead = limit_ahead(found->way.schedule, keys->now,
				key.rule ? key.rule->limit.beyond
					 : TG_LIMIT_BURST_MAX);
	if (!key.ahead)
		return true;
	if (key.rule)
		key.level = limit_level(&key.rule->limit, key.ahead);
	if (!limit_filter_matches(listing->filter, &found->note, key.rule,
				  key.rule ? &key.level : NULL))
		return true;
	if (!vec_reserve(keys->list, keys->room, keys->count + 1))
		return false;
	keys->list[keys->count++] = key;
	return true;
}

int limit_list_open(struct limit_list *keys, const struct pin_command *command,
		    bool is_writable)
{
	struct limit_filter filter;
	struct listing listing = { keys, &filter };
	int err;

	*keys = limit_list_none();
	if (!limit_filter_read(&filter, command->words, command->count))
		return PIN_USAGE;
	err = limit_map_open(&keys->map, command->pin, is_writable);
	if (err == -ENOENT)
		fprintf(stderr, "%s: %s: there is no table of limits\n",
			program_invocation_short_name, command->pin);
	if (err)
		return PIN_FAILED;
	err = limit_rules_read(&keys->rules, keys->map.fd);
	keys->now = limit_now();
	if (!err &&
	    !limit_table_visit(&keys->map, keys->now, take_key, &listing))
		err = -ENOMEM;
	return err ? limit_map_fail(&keys->map, err), PIN_FAILED : PIN_DONE;
}

void limit_list_close(struct limit_list *keys)
{
	limit_rules_free(&keys->rules);
	free(keys->list);
	line_map_close(&keys->map);
}
