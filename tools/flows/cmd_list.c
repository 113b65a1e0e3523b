// SPDX-License-Identifier: GPL-2.0-only
/* tg-flows list: flows as a table, as JSON, or counted by state. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "lib/json_print.h"
#include "lib/time_text.h"
#include "lib/vec.h"

bool flow_command_open(const struct pin_command *command, bool is_writable,
		       struct flow_map *map)
{
	int err = flow_map_open(map, command->pin, is_writable);

	if (err == -ENOENT)
		fprintf(stderr, "%s: %s: there is no table of flows\n",
			program_invocation_short_name, command->pin);
	if (err)
		flow_map_close(map);
	return !err;
}

/* --- reading */

struct reading {
	struct flow_list *flows;
	const struct flow_map *map;
	const struct flow_filter *filter;
};

static bool take_flow(void *context, const struct flow_found *found)
{
	struct reading *reading = context;
	struct flow_list *flows = reading->flows;
	const uint64_t *first =
		tg_flow_line(&reading->map->memory, TG_FLOW_FIRST_BUCKET);

	if (!flow_filter_matches(reading->filter, found))
		return true;
	if (!vec_reserve(flows->list, flows->room, flows->count + 1))
		return false;
	flows->list[flows->count++] = (struct flow_listed){
		.found = *found,
		.number = found->place - first,
	};
	return true;
}

bool flow_list_read(struct flow_list *flows, const struct flow_map *map,
		    const struct flow_filter *filter, uint32_t now)
{
	struct reading reading = { flows, map, filter };

	flows->count = 0;
	return flow_table_visit(&map->memory, now, take_flow, &reading);
}

/* --- order: by protocol, then by the first packet's sender */

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_ends(const struct tg_flow_key *a, bool a_high,
			const struct tg_flow_key *b, bool b_high)
{
	const uint32_t *x = a_high ? a->high : a->low;
	const uint32_t *y = b_high ? b->high : b->low;

	for (int i = 0; i < 4; i++)
		if (x[i] != y[i])
			return compare_numbers(x[i], y[i]);
	return compare_numbers(a_high ? a->high_port : a->low_port,
			       b_high ? b->high_port : b->low_port);
}

static int by_ends(const void *left, const void *right)
{
	const struct flow_found *a = &((const struct flow_listed *)left)->found;
	const struct flow_found *b =
		&((const struct flow_listed *)right)->found;
	bool a_high = TG_FLOW_FLAGS(a->word) & TG_FLOW_BY_HIGH;
	bool b_high = TG_FLOW_FLAGS(b->word) & TG_FLOW_BY_HIGH;
	int order = compare_numbers(a->flow.key.protocol, b->flow.key.protocol);

	if (!order)
		order = compare_numbers(a->flow.key.form, b->flow.key.form);
	if (!order)
		order = compare_ends(&a->flow.key, a_high, &b->flow.key,
				     b_high);
	if (!order)
		order = compare_ends(&a->flow.key, !a_high, &b->flow.key,
				     !b_high);
	return order ? order
		     : compare_numbers(a->flow.key.vlan, b->flow.key.vlan);
}

/* --- printing */

struct widths {
	int from, to;
};

static void widen(int *width, const char *text)
{
	int size = strlen(text);

	if (*width < size)
		*width = size;
}

static struct widths measure(const struct flow_list *flows)
{
	struct widths widths = { strlen("FROM"), strlen("TO") };
	char end[FLOW_END_SIZE];

	for (size_t i = 0; i < flows->count; i++) {
		flow_end_print(end, &flows->list[i].found, false);
		widen(&widths.from, end);
		flow_end_print(end, &flows->list[i].found, true);
		widen(&widths.to, end);
	}
	return widths;
}

static void print_row(const struct flow_found *found,
		      const struct widths *widths, uint32_t now)
{
	char protocol[FLOW_PROTOCOL_SIZE], left[TIME_TEXT_SIZE];
	char from[FLOW_END_SIZE], to[FLOW_END_SIZE], rest[FLOW_TEXT_SIZE];

	flow_protocol_print(protocol, found->flow.key.protocol);
	flow_end_print(from, found, false);
	flow_end_print(to, found, true);
	flow_rest_print(rest, found, "  ", ", ");
	time_text_print(left, flow_seconds_left(found->word, now));
	printf("%-8s  %-*s  %-*s  %-13s  %7s%s\n", protocol, widths->from, from,
	       widths->to, to, flow_state_name(TG_FLOW_STATE_OF(found->word)),
	       left, rest);
}

static void print_table(struct flow_list *flows, uint32_t now)
{
	struct widths widths = measure(flows);

	if (!flows->count)
		return;
	qsort(flows->list, flows->count, sizeof(*flows->list), by_ends);
	printf("%-8s  %-*s  %-*s  %-13s  %7s\n", "PROTOCOL", widths.from,
	       "FROM", widths.to, "TO", "STATE", "LEFT");
	for (size_t i = 0; i < flows->count; i++)
		print_row(&flows->list[i].found, &widths, now);
}

/* A million flows are printed one by one. */
static void print_list_json(struct flow_list *flows, const struct flow_map *map,
			    uint32_t now)
{
	qsort(flows->list, flows->count, sizeof(*flows->list), by_ends);
	printf("{\"room\":%u,\"flows\":[", flow_head(&map->memory)->flows);
	for (size_t i = 0; i < flows->count; i++) {
		json_t *object = flow_to_json(&flows->list[i].found, now);

		if (i)
			putchar(',');
		json_dumpf(object, stdout, JSON_COMPACT);
		json_decref(object);
	}
	puts("]}");
}

/* --- counts */

struct counting {
	struct flow_counts counts;
	const struct flow_filter *filter;
};

static bool count_flow(void *context, const struct flow_found *found)
{
	struct counting *counting = context;

	if (flow_filter_matches(counting->filter, found)) {
		counting->counts.all++;
		counting->counts.states[TG_FLOW_STATE_OF(found->word)]++;
	}
	return true;
}

static void print_counts(const struct pin_command *command,
			 const struct flow_map *map,
			 const struct flow_filter *filter, uint32_t now)
{
	struct counting counting = { .filter = filter };
	const struct flow_counts *counts = &counting.counts;
	uint32_t room = flow_head(&map->memory)->flows;

	flow_table_visit(&map->memory, now, count_flow, &counting);
	if (command->options & PIN_JSON) {
		print_json(stdout,
			   json_pack("{s:I, s:I, s:o}", "room",
				     (json_int_t)room, "flows",
				     (json_int_t)counts->all, "states",
				     flow_counts_to_json(counts)),
			   JSON_COMPACT);
		return;
	}
	for (unsigned int i = 0; i < TG_FLOW_STATES; i++)
		if (counts->states[i])
			printf("%-13s  %10u\n", flow_state_name(i),
			       counts->states[i]);
	printf("%-13s  %10u of %u\n", "all", counts->all, room);
}

int flow_cmd_list(const struct pin_command *command)
{
	uint32_t now = tg_flow_now();
	struct flow_list flows = { 0 };
	struct flow_filter filter;
	struct flow_map map;
	bool is_right = true;

	if (!flow_filter_read(&filter, command->words, command->count))
		return PIN_USAGE;
	if (command->options & FLOW_OPTION_WATCH &&
	    command->options & FLOW_OPTION_COUNT) {
		fprintf(stderr, "%s: --watch and --count do not go together\n",
			program_invocation_short_name);
		return PIN_USAGE;
	}
	if (command->options & FLOW_OPTION_WATCH)
		return flow_cmd_watch(command, &filter);
	if (!flow_command_open(command, false, &map))
		return PIN_FAILED;
	if (command->options & FLOW_OPTION_COUNT) {
		print_counts(command, &map, &filter, now);
	} else if (!flow_list_read(&flows, &map, &filter, now)) {
		is_right = false;
		flow_map_fail(&map, -ENOMEM);
	} else if (command->options & PIN_JSON) {
		print_list_json(&flows, &map, now);
	} else {
		print_table(&flows, now);
	}
	free(flows.list);
	flow_map_close(&map);
	return is_right ? PIN_DONE : PIN_FAILED;
}
