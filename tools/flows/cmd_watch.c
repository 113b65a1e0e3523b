// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-flows list --watch: compares the table with what it was a second ago. Two
 * lists of the flows that match are all that it holds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "lib/json_print.h"

struct watching {
	const struct pin_command *command;
	uint32_t now;
};

enum change {
	CHANGE_ADDED,
	CHANGE_STATE,
	CHANGE_GONE,
};

static void print_change(const struct watching *watching, enum change change,
			 const struct flow_found *found)
{
	static const char marks[] = "+~-";
	static const char *const names[] = { "added", "state", "gone" };
	char protocol[FLOW_PROTOCOL_SIZE], from[FLOW_END_SIZE];
	char to[FLOW_END_SIZE], rest[FLOW_TEXT_SIZE];
	json_t *object;

	if (watching->command->options & PIN_JSON) {
		object = json_pack("{s:s}", "change", names[change]);
		add_json_members(object, flow_to_json(found, watching->now));
		print_json(stdout, object, JSON_COMPACT);
		return;
	}
	flow_protocol_print(protocol, found->flow.key.protocol);
	flow_end_print(from, found, false);
	flow_end_print(to, found, true);
	flow_rest_print(rest, found, ", ", ", ");
	printf("%c %s %s > %s, %s%s\n", marks[change], protocol, from, to,
	       flow_state_name(TG_FLOW_STATE_OF(found->word)), rest);
}

static bool is_same_flow(const struct flow_found *a, const struct flow_found *b)
{
	return !memcmp(&a->flow.key, &b->flow.key, sizeof(a->flow.key)) &&
	       !((TG_FLOW_FLAGS(a->word) ^ TG_FLOW_FLAGS(b->word)) &
		 TG_FLOW_BY_HIGH);
}

static void compare_flow(const struct watching *watching,
			 const struct flow_found *before,
			 const struct flow_found *after)
{
	if (!is_same_flow(before, after)) {
		print_change(watching, CHANGE_GONE, before);
		print_change(watching, CHANGE_ADDED, after);
	} else if (TG_FLOW_STATE_OF(before->word) !=
		   TG_FLOW_STATE_OF(after->word)) {
		print_change(watching, CHANGE_STATE, after);
	}
}

/* Both lists are in the order of the table, and a flow does not move. */
static void compare_lists(const struct watching *watching,
			  const struct flow_list *before,
			  const struct flow_list *after)
{
	size_t i = 0, j = 0;

	while (i < before->count || j < after->count) {
		const struct flow_listed *old = &before->list[i];
		const struct flow_listed *new = &after->list[j];

		if (j == after->count ||
		    (i < before->count && old->number < new->number)) {
			print_change(watching, CHANGE_GONE, &old->found);
			i++;
		} else if (i == before->count || new->number < old->number) {
			print_change(watching, CHANGE_ADDED, &new->found);
			j++;
		} else {
			compare_flow(watching, &old->found, &new->found);
			i++;
			j++;
		}
	}
}

/* The table of a new attachment is another one. */
static bool is_gone(const struct pin_command *command)
{
	if (access(command->pin, F_OK) == 0)
		return false;
	fprintf(stderr, "%s: %s: the table is gone\n",
		program_invocation_short_name, command->pin);
	return true;
}

int flow_cmd_watch(const struct pin_command *command,
		   const struct flow_filter *filter)
{
	struct flow_list lists[2] = { 0 };
	struct watching watching = { .command = command };
	struct flow_map map;
	bool is_right;

	if (!flow_command_open(command, false, &map))
		return PIN_FAILED;
	watching.now = tg_flow_now();
	is_right = flow_list_read(&lists[0], &map, filter, watching.now);
	for (int next = 1; is_right && fflush(stdout) == 0; next = !next) {
		sleep(1);
		if (is_gone(command))
			break;
		watching.now = tg_flow_now();
		is_right = flow_list_read(&lists[next], &map, filter,
					  watching.now);
		if (is_right)
			compare_lists(&watching, &lists[!next], &lists[next]);
	}
	if (!is_right)
		flow_map_fail(&map, -ENOMEM);
	free(lists[0].list);
	free(lists[1].list);
	flow_map_close(&map);
	return PIN_FAILED;
}
