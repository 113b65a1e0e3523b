// SPDX-License-Identifier: GPL-2.0-only
/* tg-sets add and del: single entries, and streams of them from a pipe. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"

/* What is read at once: the lock is taken once for that. */
#define BATCH_SIZE (1 << 20)

static int change(struct set_map *map, unsigned int number,
		  struct set_entries *entries, bool is_del,
		  struct set_tally *tally)
{
	if (is_del)
		return set_del_entries(map, number, entries, tally);
	set_default_deadlines(map, number, entries, tg_set_now());
	return set_add_entries(map, number, entries, tally);
}

/* Exit statuses: an entry that was not in is no failure. */
static int change_words(const struct pin_command *command, bool is_del)
{
	struct set_entries entries = { 0 };
	struct set_tally tally = { 0 };
	int status = PIN_FAILED;
	struct set_map map;
	unsigned int number, kind;

	if (!set_command_open(command, SET_TO_WRITE | SET_TO_LOOK, &map,
			      &number))
		return PIN_FAILED;
	kind = set_line(&map.now.memory, number)->kind;
	if (!set_command_entries(command, kind, &entries) ||
	    !set_command_apply(command, &entries) ||
	    change(&map, number, &entries, is_del, &tally))
		goto out;
	if (tally.refused)
		set_command_full(&map, command->words[0], number, &tally);
	else
		status = PIN_DONE;
out:
	free(entries.list);
	set_map_close(&map);
	return status;
}

/* --- streams */

struct stream {
	const struct pin_command *command;
	bool is_del, is_full; /* is_full: it was said */
	struct set_map map;
	unsigned int number;
	struct set_reading reading;
	struct set_tally tally;
	char *bytes;
	size_t size;
	bool is_skipping; /* the rest of a line that is too long */
};

/* The set may have got another number, or be gone, since the last batch. */
static bool find_again(struct stream *stream)
{
	const char *name = stream->command->words[0];

	stream->number = set_number(&stream->map.now, name);
	if (stream->number < TG_SETS &&
	    set_line(&stream->map.now.memory, stream->number)->kind ==
		    stream->reading.kind)
		return true;
	fprintf(stderr, "%s: set '%s' is no longer there\n",
		program_invocation_short_name, name);
	return false;
}

static bool change_batch(struct stream *stream)
{
	struct set_entries *entries = &stream->reading.entries;
	size_t refused = stream->tally.refused;
	bool is_right;

	if (!entries->count)
		return true;
	if (!set_command_apply(stream->command, entries))
		return false;
	if (set_lock_to_change(&stream->map))
		return false;
	is_right = find_again(stream) &&
		   change(&stream->map, stream->number, entries, stream->is_del,
			  &stream->tally) == 0;
	set_map_unlock(&stream->map);
	if (stream->tally.refused == refused) {
		stream->is_full = false;
	} else if (!stream->is_full) {
		stream->is_full = true;
		set_command_full(&stream->map, stream->command->words[0],
				 stream->number, &stream->tally);
	}
	entries->count = 0;
	return is_right;
}

/* Reads the lines that are complete, and keeps the start of the next one. */
static bool read_lines(struct stream *stream, bool is_end)
{
	char *last = memrchr(stream->bytes, '\n', stream->size);
	size_t whole = is_end ? stream->size
		       : last ? last + 1 - stream->bytes
			      : 0;
	char *start = stream->bytes;

	stream->reading.now = tg_set_now();
	stream->reading.wall = time(NULL);
	if (stream->is_skipping && whole) {
		char *end = memchr(start, '\n', whole);

		start = end ? end + 1 : stream->bytes + whole;
		stream->is_skipping = !end;
	}
	if (!set_read_text(&stream->reading, start,
			   stream->bytes + whole - start))
		return false;
	stream->size -= whole;
	memmove(stream->bytes, stream->bytes + whole, stream->size);
	if (stream->size == BATCH_SIZE) {
		if (!stream->is_skipping)
			set_read_line(&stream->reading, stream->bytes, 80);
		stream->is_skipping = true;
		stream->size = 0;
	}
	return true;
}

static int run_stream(struct stream *stream)
{
	ssize_t got;

	do {
		got = read(STDIN_FILENO, stream->bytes + stream->size,
			   BATCH_SIZE - stream->size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			fprintf(stderr, "%s: standard input: %s\n",
				program_invocation_short_name, strerror(errno));
			return PIN_FAILED;
		}
		stream->size += got;
		if (!read_lines(stream, got == 0) || !change_batch(stream))
			return PIN_FAILED;
	} while (got);
	return stream->reading.bad || stream->tally.refused ? PIN_FAILED
							    : PIN_DONE;
}

static int change_stream(const struct pin_command *command, bool is_del)
{
	struct stream stream = { .command = command, .is_del = is_del };
	int status = PIN_FAILED;

	if (!set_command_open(command, SET_TO_WRITE, &stream.map,
			      &stream.number))
		return PIN_FAILED;
	stream.reading = set_reading_of(
		"-", command->words[0],
		set_line(&stream.map.now.memory, stream.number)->kind,
		tg_set_now());
	set_map_unlock(&stream.map);
	stream.bytes = malloc(BATCH_SIZE);
	if (stream.bytes)
		status = run_stream(&stream);
	else
		fprintf(stderr, "%s: out of memory\n",
			program_invocation_short_name);
	free(stream.bytes);
	set_reading_free(&stream.reading);
	set_map_close(&stream.map);
	return status;
}

static int add_or_del(const struct pin_command *command, bool is_del)
{
	if (command->count == 2 && !strcmp(command->words[1], "-"))
		return change_stream(command, is_del);
	return change_words(command, is_del);
}

int set_cmd_add(const struct pin_command *command)
{
	return add_or_del(command, false);
}

int set_cmd_del(const struct pin_command *command)
{
	return add_or_del(command, true);
}
