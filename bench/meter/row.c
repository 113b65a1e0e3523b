// SPDX-License-Identifier: GPL-2.0-only
#include "row.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "packet_frame.h"

bool row_word(const char *text, const char *name, uint32_t *count)
{
	size_t size = strlen(name);
	unsigned long number;
	char *end;

	if (strncmp(text, name, size) || text[size] != ':')
		return false;
	number = strtoul(text + size + 1, &end, 10);
	*count = end == text + size + 1 || *end || number > ROW_ENTRIES_MAX
			 ? 0
			 : number;
	return true;
}

struct bpf_object *row_object(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", meter_directory, name);
	return object_open(path);
}

int row_map(const struct bpf_object *object, const char *name)
{
	return bpf_object__find_map_fd_by_name((struct bpf_object *)object,
					       name);
}

int row_map_size(struct bpf_object *object, const char *name, uint32_t size)
{
	return bpf_map__set_max_entries(
		bpf_object__find_map_by_name(object, name), size);
}

int row_load(struct meter_row *row, struct bpf_object *object,
	     const char *baseline, const char *program)
{
	const char *const names[METER_SIDES] = {
		[METER_BASELINE] = baseline,
		[METER_OBJECT] = program,
	};
	int err = bpf_object__load(object);

	row->hook = "xdp";
	for (int side = 0; side < METER_SIDES && !err; side++)
		row->programs[side] =
			names[side] ? bpf_program__fd(
					      bpf_object__find_program_by_name(
						      object, names[side]))
				    : meter_load_empty(row->hook);
	return err;
}

int row_trace(struct meter_row *row, uint32_t frames, struct random *random,
	      row_frame_maker *make, const void *context)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return -ENOMEM;
	row->trace = trace;
	trace->header.count = frames;
	trace->header.frame_max = FRAME_SIZE_MIN;
	trace->records = calloc(frames, sizeof(*trace->records));
	if (!trace->records)
		return -ENOMEM;
	for (uint32_t i = 0; i < frames; i++)
		make(context, random, &trace->records[i]);
	return 0;
}
