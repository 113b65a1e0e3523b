/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames of a trace in maps, for programs that include frames_bpf.h. */
#ifndef TG_BENCH_FRAMES_H
#define TG_BENCH_FRAMES_H

#include <bpf/libbpf.h>

#include "frames_size.h"
#include "trace_file.h"

struct frames {
	struct frames_constants constants;
	int records, templates; /* maps */
};

static inline __u32 frames_size(const struct trace *trace)
{
	return trace->header.frame_max > FRAMES_NARROW ? FRAMES_WIDE
						       : FRAMES_NARROW;
}

/* 0, or a negative errno after one message. */
int frames_pack(const struct trace *trace, struct frames *frames);

/* To an object that is not loaded yet. */
int frames_give(struct bpf_object *object, const struct frames *frames);

#endif
