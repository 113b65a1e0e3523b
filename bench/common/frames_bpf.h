/* SPDX-License-Identifier: GPL-2.0-only */
/* For BPF programs that overwrite their packet with the frames of a trace. */
#ifndef TG_BENCH_FRAMES_BPF_H
#define TG_BENCH_FRAMES_BPF_H

#include <bpf/bpf_helpers.h>

#include "frames_size.h"

/* Set by frames_attach() before loading, like the sizes of both maps. */
const volatile struct frames_constants frames = {
	.count = 1,
	.size = FRAMES_NARROW,
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__uint(value_size, 8);
} frames_records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, FRAMES_WIDE);
} frames_templates SEC(".maps");

/* Writes a frame; the packet must have at least frames.size bytes. */
static __always_inline int frames_write(__u32 position, void *data, void *end)
{
	const __u64 *record = bpf_map_lookup_elem(&frames_records, &position);
	const __u64 *template;
	__u64 *to = data;
	__u32 number;

	if (!record || data + frames.size > end)
		return -1;
	number = record[0];
	template = bpf_map_lookup_elem(&frames_templates, &number);
	if (!template)
		return -1;
#pragma unroll
	for (int i = 0; i < FRAMES_WIDE / 8; i++) {
		if (i < FRAMES_NARROW / 8 || frames.size == FRAMES_WIDE)
			to[i] = template[i];
	}
#pragma unroll
	for (__u32 i = 0; i < FRAMES_COLUMNS_MAX; i++) {
		if (i < frames.columns)
			*(__u64 *)(data + frames.column[i]) = record[1 + i];
	}
	return 0;
}

#endif
