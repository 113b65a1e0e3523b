// SPDX-License-Identifier: GPL-2.0-only
/* tg-sets test: whether values are in a set, and which entry says so. */
#include <errno.h>
#include <stdlib.h>

#include "commands.h"
#include "lib/json_print.h"
#include "lib/time_text.h"
#include "table_find.h"

static bool is_value(const struct set_entry *entry)
{
	unsigned int form = entry->key.form;

	return !entry->is_exception &&
	       (!set_form_is_address(form) || form == TG_SET_FORM_IP4(32) ||
		form == TG_SET_FORM_IP6(128));
}

/* Each word is one value. */
static bool read_values(const struct pin_command *command, unsigned int kind,
			struct set_entries *values)
{
	if (!set_command_entries(command, kind, values))
		return false;
	for (size_t i = 0; i < values->count; i++) {
		if (is_value(&values->list[i]) &&
		    values->count == (size_t)command->count - 1)
			continue;
		fprintf(stderr,
			"%s: test: values are tested, not ranges "
			"or prefixes: give an address\n",
			program_invocation_short_name);
		return false;
	}
	return true;
}

static json_t *membership_json(const char *value,
			       const struct set_membership *found, uint32_t now)
{
	json_t *object = json_pack("{s:s, s:b}", "value", value, "member",
				   found->is_member);
	char text[SET_TEXT_SIZE];

	if (found->has_entry) {
		set_entry_print(text, &found->entry);
		add_json_members(object, json_pack("{s:s}", "entry", text));
		if (found->entry.deadline != TG_SET_FOREVER)
			add_json_members(
				object,
				json_pack(
					"{s:I}", "left",
					(json_int_t)set_seconds(
						found->entry.deadline - now)));
	}
	if (found->has_exception) {
		set_entry_print(text, &found->exception);
		add_json_members(object,
				 json_pack("{s:s}", "exception", text + 1));
	}
	return object;
}

static void print_membership(const char *value, const char *name,
			     const struct set_membership *found, uint32_t now)
{
	char text[SET_TEXT_SIZE], left[TIME_TEXT_SIZE];

	printf("%s: %s %s", value, found->is_member ? "in" : "not in", name);
	if (found->is_member) {
		set_entry_print(text, &found->entry);
		printf(": %s", text);
		if (found->entry.deadline != TG_SET_FOREVER) {
			time_text_print(
				left, set_seconds(found->entry.deadline - now));
			printf(", %s left", left);
		}
	} else if (found->has_exception) {
		set_entry_print(text, &found->exception);
		printf(": %s", text);
	}
	putchar('\n');
}

static bool test_values(const struct pin_command *command, struct set_map *map,
			unsigned int number, const struct set_entries *values)
{
	json_t *list = command->options & PIN_JSON ? json_array() : NULL;
	uint32_t now = tg_set_now();
	bool are_in = true;

	for (size_t i = 0; i < values->count; i++) {
		struct set_membership found = set_table_find(
			&map->now, number, &values->list[i].key, now);
		const char *value = command->words[i + 1];

		are_in &= found.is_member;
		if (list)
			add_json_item(list,
				      membership_json(value, &found, now));
		else
			print_membership(value, command->words[0], &found, now);
	}
	if (list)
		print_json(stdout, list, JSON_COMPACT);
	return are_in;
}

int set_cmd_test(const struct pin_command *command)
{
	struct set_entries values = { 0 };
	int status = PIN_FAILED;
	struct set_map map;
	unsigned int number;

	if (!set_command_open(command, SET_TO_LOOK, &map, &number))
		return PIN_FAILED;
	if (read_values(command, set_line(&map.now.memory, number)->kind,
			&values) &&
	    test_values(command, &map, number, &values))
		status = PIN_DONE;
	free(values.list);
	set_map_close(&map);
	return status;
}
