/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packs the frames of a trace into maps, for programs that include
 * frames_bpf.h. Used by the meter and the source.
 */
#ifndef TG_BENCH_FRAMES_H
#define TG_BENCH_FRAMES_H

#include <bpf/libbpf.h>

#include "frames_size.h"
#include "trace_file.h"

struct frames {
	struct frames_constants constants;
	int records, templates; /* file descriptors of maps */
};

static inline __u32 frames_size(const struct trace *trace)
{
	return trace->header.frame_max > FRAMES_NARROW ? FRAMES_WIDE
						       : FRAMES_NARROW;
}

/* Returns 0, or a negative errno after printing one message. */
int frames_pack(const struct trace *trace, struct frames *frames);

/* Sets constants and maps of an object that is open but not loaded yet. */
int frames_attach(struct bpf_object *object, const struct frames *frames);

#endif
