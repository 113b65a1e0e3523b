// SPDX-License-Identifier: GPL-2.0-only
/* tg-flows list --watch: compares the table with what it was a second ago. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "lib/json_print.h"
#include "lib/table_watch.h"

struct watching {
	const struct pin_command *command;
	const struct flow_filter *filter;
	struct flow_map map;
	struct flow_list lists[2];
	uint32_t now;
};

static void print_change(void *context, enum watch_change change, int list,
			 size_t i)
{
	const struct watching *watching = context;
	const struct flow_found *found = &watching->lists[list].list[i].found;
	char protocol[FLOW_PROTOCOL_SIZE], from[FLOW_END_SIZE];
	char to[FLOW_END_SIZE], rest[FLOW_TEXT_SIZE];
	json_t *object;

	if (watching->command->options & PIN_JSON) {
		object = json_pack("{s:s}", "change", watch_name(change));
		add_json_members(object, flow_to_json(found, watching->now));
		print_json(stdout, object, JSON_COMPACT);
		return;
	}
	flow_protocol_print(protocol, found->flow.key.protocol);
	flow_end_print(from, found, false);
	flow_end_print(to, found, true);
	flow_rest_print(rest, found, ", ", ", ");
	printf("%c %s %s > %s, %s%s\n", watch_mark(change), protocol, from, to,
	       flow_state_name(TG_FLOW_STATE_OF(found->word)), rest);
}

static bool is_same_flow(const struct flow_found *a, const struct flow_found *b)
{
	return !memcmp(&a->flow.key, &b->flow.key, sizeof(a->flow.key)) &&
	       !((TG_FLOW_FLAGS(a->word) ^ TG_FLOW_FLAGS(b->word)) &
		 TG_FLOW_BY_HIGH);
}

static enum watch_same compare_flows(void *context, int list, size_t i,
				     size_t j)
{
	const struct watching *watching = context;
	const struct flow_found *old = &watching->lists[!list].list[i].found;
	const struct flow_found *new = &watching->lists[list].list[j].found;

	if (!is_same_flow(old, new))
		return WATCH_ANOTHER;
	return TG_FLOW_STATE_OF(old->word) == TG_FLOW_STATE_OF(new->word)
		       ? WATCH_SAME
		       : WATCH_SAME_KEY;
}

static bool read_list(void *context, int list)
{
	struct watching *watching = context;

	watching->now = tg_flow_now();
	if (flow_list_read(&watching->lists[list], &watching->map,
			   watching->filter, watching->now))
		return true;
	flow_map_fail(&watching->map, -ENOMEM);
	return false;
}

static size_t count_of(void *context, int list)
{
	const struct watching *watching = context;

	return watching->lists[list].count;
}

static uint64_t place_of(void *context, int list, size_t i)
{
	const struct watching *watching = context;

	return watching->lists[list].list[i].number;
}

int flow_cmd_watch(const struct pin_command *command,
		   const struct flow_filter *filter)
{
	struct watching watching = { .command = command, .filter = filter };
	const struct watch watch = {
		.pin = command->pin,
		.context = &watching,
		.read = read_list,
		.count = count_of,
		.place = place_of,
		.compare = compare_flows,
		.print = print_change,
	};

	if (!flow_command_open(command, false, &watching.map))
		return PIN_FAILED;
	watch_table(&watch);
	free(watching.lists[0].list);
	free(watching.lists[1].list);
	flow_map_close(&watching.map);
	return PIN_FAILED;
}
