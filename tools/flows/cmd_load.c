// SPDX-License-Identifier: GPL-2.0-only
/* tg-flows save and load: all flows as text. */
#include <errno.h>
#include <stdlib.h>

#include "commands.h"
#include "lib/slurp.h"
#include "list_read.h"

/* --- save */

static bool save_flow(void *context, const struct flow_found *found)
{
	flow_save_line(stdout, found, *(const uint32_t *)context);
	return true;
}

int flow_cmd_save(const struct pin_command *command)
{
	uint32_t now = tg_flow_now();
	struct flow_map map;

	if (!flow_command_open(command, false, &map))
		return PIN_FAILED;
	puts("# flows, as 'tailgate flows load' reads them");
	flow_table_visit(&map.memory, now, save_flow, &now);
	flow_map_close(&map);
	return PIN_DONE;
}

/* --- load */

/* Bytes: more than a line of `save` has, and some for comments. */
#define LINE_ROOM 512
#define FILE_ROOM ((size_t)16 << 20)

/* The list is read without the lock: it may come from a slow pipe. */
static bool read_file(const char *path, size_t limit,
		      struct flow_reading *reading)
{
	size_t size;
	char *text = slurp(path, limit, &size);
	bool is_right;

	*reading = (struct flow_reading){ .file = path };
	if (!text)
		return false;
	is_right = flow_read_text(reading, text, size);
	free(text);
	if (!is_right)
		fprintf(stderr, "%s: out of memory\n",
			program_invocation_short_name);
	else if (reading->bad)
		fprintf(stderr, "%s: %s: %zu bad line%s: nothing was changed\n",
			program_invocation_short_name, path, reading->bad,
			reading->bad == 1 ? "" : "s");
	return is_right && !reading->bad;
}

/*
 * Ends that may send data have gone on since the flow was saved, by any number
 * of bytes. As for sockets, the first segment that passes says where they are.
 */
static void forget_numbers(struct flow_addition *addition)
{
	struct tg_flow_peer *peers = addition->flow.peers;

	if (addition->state != TG_FLOW_ESTABLISHED &&
	    addition->state != TG_FLOW_FIN_WAIT &&
	    addition->state != TG_FLOW_CLOSE_WAIT)
		return;
	peers[0].flags |= TG_FLOW_IS_UNSEEN;
	peers[1].flags |= TG_FLOW_IS_UNSEEN;
}

static bool add_all(const struct flow_map *map, struct flow_reading *reading)
{
	uint32_t room = flow_head(&map->memory)->flows;
	struct flow_tally tally = { 0 };

	if (reading->count > room) {
		fprintf(stderr,
			"%s: %s has %zu flows, and the table is for %u: "
			"nothing was changed; 'attach --flows %zu' makes one "
			"that is large enough\n",
			program_invocation_short_name, reading->file,
			reading->count, room, reading->count);
		return false;
	}
	for (size_t i = 0; i < reading->count; i++) {
		forget_numbers(&reading->list[i]);
		flow_add_to(&map->memory, &reading->list[i], &tally);
	}
	printf("%zu added, %zu were there already\n", tally.added, tally.there);
	if (tally.refused)
		fprintf(stderr,
			"%s: %s: the table is full: no room for %zu flows; "
			"%zu were added\n",
			program_invocation_short_name, map->pin, tally.refused,
			tally.added);
	return !tally.refused;
}

int flow_cmd_load(const struct pin_command *command)
{
	struct flow_reading reading;
	struct flow_map map;
	size_t limit = FILE_ROOM;
	bool is_right;

	if (!flow_command_open(command, false, &map))
		return PIN_FAILED;
	limit += (size_t)flow_head(&map.memory)->flows * LINE_ROOM;
	flow_map_close(&map);
	is_right = read_file(command->words[0], limit, &reading) &&
		   flow_command_open(command, true, &map);
	if (is_right) {
		is_right = add_all(&map, &reading);
		flow_map_close(&map);
	}
	free(reading.list);
	return is_right ? PIN_DONE : PIN_FAILED;
}
