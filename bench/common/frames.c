// SPDX-License-Identifier: GPL-2.0-only
#include "frames.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>

static int fail(const char *what, int err)
{
	fprintf(stderr, "the frames of the trace: %s: %s\n", what,
		strerror(-err));
	return err;
}

int frames_map(const struct trace *trace)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	uint32_t count = trace->header.count, size = frames_size(trace);
	size_t used = size < TRACE_FRAME_MAX ? size : TRACE_FRAME_MAX;
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "frames_map",
				 sizeof(uint32_t), size, count, &options);
	char *bytes;

	if (map < 0)
		return fail("no map for them", map);
	bytes = mmap(NULL, (size_t)count * size, PROT_READ | PROT_WRITE,
		     MAP_SHARED, map, 0);
	if (bytes == MAP_FAILED)
		return fail("their map cannot be filled", -errno);
	for (uint32_t i = 0; i < count; i++)
		memcpy(bytes + (size_t)i * size, trace->records[i].frame, used);
	munmap(bytes, (size_t)count * size);
	return map;
}

int frames_give(struct bpf_object *object, const struct trace *trace, int map)
{
	struct frames_constants constants = { trace->header.count,
					      frames_size(trace) };
	struct bpf_map *data = bpf_object__find_map_by_name(object, ".rodata");
	int err;

	err = bpf_map__set_initial_value(data, &constants, sizeof(constants));
	if (err)
		return err;
	return bpf_map__reuse_fd(
		bpf_object__find_map_by_name(object, "frames_map"), map);
}
