/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs and tools agree on about the frames of a trace. */
#ifndef TG_BENCH_FRAMES_SIZE_H
#define TG_BENCH_FRAMES_SIZE_H

#include <linux/types.h>

/* All frames of a trace are as long as the longest needs, of these two. */
#define FRAMES_NARROW 64
#define FRAMES_WIDE 128

struct frames_constants {
	__u32 count, size;
};

#endif
