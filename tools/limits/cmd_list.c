// SPDX-License-Identifier: GPL-2.0-only
/* tg-limits list: by rule, the keys that have used most first. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "key_text.h"
#include "lib/hook_names.h"
#include "lib/json_print.h"
#include "place_json.h"

/* --- order: by rule, then by what is used of the burst */

static double used(const struct limit_listed *key)
{
	return key->rule ? (double)key->ahead / key->rule->limit.burst
			 : (double)key->ahead;
}

/* Keys of rules that are gone are last. */
static int by_use(const void *left, const void *right)
{
	const struct limit_listed *a = left, *b = right;

	if (a->rule != b->rule)
		return !a->rule || (b->rule && a->rule > b->rule) ? 1 : -1;
	if (used(a) != used(b))
		return used(a) < used(b) ? 1 : -1;
	return a->found.place < b->found.place ? -1 : 1;
}

/* The keys of a rule, in the sorted list. NULL: those whose rule is gone. */
struct part {
	const struct limit_rule *rule;
	const struct limit_listed *keys;
	size_t count, over;
};

static struct part next_part(const struct limit_list *list,
			     const struct limit_rule *rule, size_t from)
{
	struct part part = { .rule = rule, .keys = list->list + from };

	while (from + part.count < list->count &&
	       part.keys[part.count].rule == rule) {
		part.over += rule && part.keys[part.count].level.is_over;
		part.count++;
	}
	return part;
}

typedef void part_fn(const struct part *part, void *context);

static void each_part(const struct limit_list *list, part_fn *visit,
		      void *context)
{
	size_t from = 0;

	for (size_t i = 0; i <= list->rules.count; i++) {
		const struct limit_rule *rule =
			i < list->rules.count ? &list->rules.list[i] : NULL;
		struct part part = next_part(list, rule, from);

		if (rule || part.count)
			visit(&part, context);
		from += part.count;
	}
}

/* --- a table */

static void print_rule(const struct part *part)
{
	if (!part->rule)
		printf("limits of rules that are gone");
	else if (strcmp(part->rule->place, "-:0") != 0)
		printf("%s: %s", part->rule->place, part->rule->text);
	else
		printf("%s", part->rule->text);
}

static void print_key(const struct limit_listed *key)
{
	const struct limit_rule *rule = key->rule;
	char name[LIMIT_KEY_SIZE], level[LIMIT_TEXT_SIZE];
	char wait[LIMIT_TEXT_SIZE];

	limit_key_print(name, &key->found.note, rule ? &rule->limit : NULL);
	printf("  %-7s  %-39s  ",
	       hook_name(TG_LIMIT_HOOK_OF(key->found.note.form)), name);
	if (!rule) {
		limit_wait_print(wait, key->ahead >> TG_LIMIT_TIME_SHIFT);
		printf("paid for in %s\n", wait);
		return;
	}
	limit_level_print(level, &rule->limit, &key->level);
	printf("%s used", level);
	if (key->level.is_over) {
		limit_wait_print(wait, key->level.wait);
		printf(", over: the next may pass in %s", wait);
	}
	putchar('\n');
}

static void print_part(const struct part *part, void *context)
{
	(void)context;
	print_rule(part);
	putchar('\n');
	for (size_t i = 0; i < part->count; i++)
		print_key(&part->keys[i]);
}

static void print_count(const struct part *part, void *context)
{
	char text[LIMIT_TEXT_SIZE];

	(void)context;
	print_rule(part);
	printf(": %zu keys", part->count);
	if (part->rule) {
		limit_print(text, &part->rule->limit);
		printf(", %zu over, each %s", part->over, text);
	}
	putchar('\n');
}

/* --- JSON */

static void print_key_json(const struct limit_listed *key)
{
	const struct tg_limit *limit = key->rule ? &key->rule->limit : NULL;
	json_t *object = limit_key_to_json(&key->found.note, limit);

	if (limit)
		add_json_members(object, limit_level_to_json(&key->level));
	json_dumpf(object, stdout, JSON_COMPACT);
	json_decref(object);
}

struct json_context {
	bool is_count, has_one;
};

/* A million keys are printed one by one. */
static void print_part_json(const struct part *part, void *context)
{
	struct json_context *json = context;
	json_t *object = limit_place_to_json(part->rule);

	if (part->rule)
		add_json_members(object,
				 limit_record_to_json(&part->rule->limit));
	if (json->is_count)
		add_json_members(object,
				 json_pack("{s:I, s:I}", "keys",
					   (json_int_t)part->count, "over",
					   (json_int_t)part->over));
	if (json->has_one)
		putchar(',');
	json->has_one = true;
	if (json->is_count) {
		json_dumpf(object, stdout, JSON_COMPACT);
	} else {
		putchar('{');
		json_dumpf(object, stdout, JSON_COMPACT | JSON_EMBED);
		printf(",\"keys\":[");
		for (size_t i = 0; i < part->count; i++) {
			if (i)
				putchar(',');
			print_key_json(&part->keys[i]);
		}
		printf("]}");
	}
	json_decref(object);
}

/* --- the command */

static void print_list(struct limit_list *keys, uint32_t options)
{
	struct json_context json = {
		.is_count = options & LIMIT_OPTION_COUNT,
	};
	uint32_t room = limit_head(&keys->map)->keys;

	if (keys->count)
		qsort(keys->list, keys->count, sizeof(*keys->list), by_use);
	if (options & PIN_JSON) {
		printf("{\"room\":%u,\"keys\":%zu,\"limits\":[", room,
		       keys->count);
		each_part(keys, print_part_json, &json);
		puts("]}");
	} else if (options & LIMIT_OPTION_COUNT) {
		each_part(keys, print_count, NULL);
		printf("all: %zu keys of %u\n", keys->count, room);
	} else {
		each_part(keys, print_part, NULL);
	}
}

int limit_cmd_list(const struct pin_command *command)
{
	struct limit_list keys;
	int status;

	if (command->options & LIMIT_OPTION_WATCH &&
	    command->options & LIMIT_OPTION_COUNT) {
		fprintf(stderr, "%s: --watch and --count do not go together\n",
			program_invocation_short_name);
		return PIN_USAGE;
	}
	if (command->options & LIMIT_OPTION_WATCH)
		return limit_cmd_watch(command);
	status = limit_list_open(&keys, command, false);
	if (!status)
		print_list(&keys, command->options);
	limit_list_close(&keys);
	return status;
}
