/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the source's program and its tool. */
#ifndef TG_BENCH_SOURCE_H
#define TG_BENCH_SOURCE_H

#include <linux/types.h>

/* Frames in a piece; the time is taken before each piece and after the last. */
#define SOURCE_PIECE 256
#define SOURCE_TIMES_MAX \
	8192 /* a power of two, larger than needed for a call */

struct source_progress {
	__u32 device;
	__u32 position; /* in the trace */
	__u32 number;	/* frames sent in this call */
	__u32 unused;
	__u64 times[SOURCE_TIMES_MAX]; /* nanoseconds */
};

#endif
