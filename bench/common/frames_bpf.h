/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames of a trace, for a program that writes them over its packet. */
#ifndef TG_BENCH_FRAMES_BPF_H
#define TG_BENCH_FRAMES_BPF_H

#include <bpf/bpf_helpers.h>

#include "frames_size.h"

/* Both set by frames_give(), before the program is loaded. */
const volatile struct frames_constants frames = { 1, FRAMES_NARROW };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__uint(value_size, FRAMES_NARROW);
} frames_map SEC(".maps");

/* The packet must be frames.size long, or longer. */
static __always_inline int frames_write(__u32 position, void *data, void *end)
{
	const __u64 *from = bpf_map_lookup_elem(&frames_map, &position);
	__u64 *to = data;

	if (!from || data + frames.size > end)
		return -1;
#pragma unroll
	for (int i = 0; i < FRAMES_NARROW / 8; i++)
		to[i] = from[i];
	if (frames.size == FRAMES_WIDE) {
#pragma unroll
		for (int i = FRAMES_NARROW / 8; i < FRAMES_WIDE / 8; i++)
			to[i] = from[i];
	}
	return 0;
}

#endif
