/* SPDX-License-Identifier: GPL-2.0-only */
/* What the source's program and its tool share. */
#ifndef TG_BENCH_SOURCE_H
#define TG_BENCH_SOURCE_H

#include <linux/types.h>

/* The time is taken before each of these pieces, and after the last one. */
#define SOURCE_PIECE 256
#define SOURCE_TIMES_MAX 8192 /* a power of two, more than a call has */

struct source_progress {
	__u32 device;
	__u32 position; /* in the trace */
	__u32 number;	/* of the frames of this call */
	__u32 unused;
	__u64 times[SOURCE_TIMES_MAX]; /* nanoseconds */
};

#endif
