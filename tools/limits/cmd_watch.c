// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-limits list --watch: compares the table with what it was a second ago. The
 * policies are read again each time, as an apply changes the rules.
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "key_text.h"
#include "lib/hook_names.h"
#include "lib/json_print.h"
#include "lib/table_watch.h"
#include "place_json.h"

struct watching {
	const struct pin_command *command;
	struct limit_list lists[2];
	int status;
};

static const struct limit_listed *entry(void *context, int list, size_t i)
{
	const struct watching *watching = context;

	return &watching->lists[list].list[i];
}

static void print_json_change(enum watch_change change,
			      const struct limit_listed *key)
{
	const struct tg_limit *limit = key->rule ? &key->rule->limit : NULL;
	json_t *object = json_pack("{s:s}", "change", watch_name(change));

	add_json_members(object, limit_place_to_json(key->rule));
	add_json_members(object, limit_key_to_json(&key->found.note, limit));
	if (limit)
		add_json_members(object, limit_level_to_json(&key->level));
	print_json(stdout, object, JSON_COMPACT);
}

/* How much a key that is gone has used meanwhile is not known. */
static void print_change(void *context, enum watch_change change, int list,
			 size_t i)
{
	const struct watching *watching = context;
	const struct limit_listed *key = entry(context, list, i);
	const struct limit_rule *rule = key->rule;
	char name[LIMIT_KEY_SIZE], level[LIMIT_TEXT_SIZE];

	if (watching->command->options & PIN_JSON) {
		print_json_change(change, key);
		return;
	}
	limit_key_print(name, &key->found.note, rule ? &rule->limit : NULL);
	printf("%c %s: %s %s", watch_mark(change), rule ? rule->place : "gone",
	       hook_name(TG_LIMIT_HOOK_OF(key->found.note.form)), name);
	if (rule && change != WATCH_GONE) {
		limit_level_print(level, &rule->limit, &key->level);
		printf(", %s used%s", level,
		       key->level.is_over ? ", over" : "");
	}
	putchar('\n');
}

/* States are: within, and over. */
static enum watch_same compare_keys(void *context, int list, size_t i, size_t j)
{
	const struct limit_listed *old = entry(context, !list, i);
	const struct limit_listed *new = entry(context, list, j);

	if (old->found.way.name != new->found.way.name ||
	    memcmp(&old->found.note, &new->found.note, sizeof(new->found.note)))
		return WATCH_ANOTHER;
	return old->level.is_over == new->level.is_over ? WATCH_SAME
							: WATCH_SAME_KEY;
}

/*
 * The same pin may be another map by now, which is mapped elsewhere: what was
 * listed before is of its own map.
 */
static bool read_list(void *context, int list)
{
	struct watching *watching = context;

	limit_list_close(&watching->lists[list]);
	watching->status = limit_list_open(&watching->lists[list],
					   watching->command, false);
	return watching->status == PIN_DONE;
}

static size_t count_of(void *context, int list)
{
	const struct watching *watching = context;

	return watching->lists[list].count;
}

static uint64_t place_of(void *context, int list, size_t i)
{
	const struct watching *watching = context;

	return (const char *)entry(context, list, i)->found.place -
	       (const char *)limit_head(&watching->lists[list].map);
}

int limit_cmd_watch(const struct pin_command *command)
{
	struct watching watching = {
		.command = command,
		.lists = { limit_list_none(), limit_list_none() },
	};
	const struct watch watch = {
		.pin = command->pin,
		.context = &watching,
		.read = read_list,
		.count = count_of,
		.place = place_of,
		.compare = compare_keys,
		.print = print_change,
	};

	watch_table(&watch);
	limit_list_close(&watching.lists[0]);
	limit_list_close(&watching.lists[1]);
	return watching.status ? watching.status : PIN_FAILED;
}
