/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames of a trace in a map, for programs that include frames_bpf.h. */
#ifndef TG_BENCH_FRAMES_H
#define TG_BENCH_FRAMES_H

#include <bpf/libbpf.h>

#include "frames_size.h"
#include "trace_file.h"

static inline __u32 frames_size(const struct trace *trace)
{
	return trace->header.frame_max > FRAMES_NARROW ? FRAMES_WIDE
						       : FRAMES_NARROW;
}

/* The map, or a negative errno after one message. */
int frames_map(const struct trace *trace);

/* To an object that is not loaded yet. */
int frames_give(struct bpf_object *object, const struct trace *trace, int map);

#endif
