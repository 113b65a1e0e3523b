/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Progress of a driver: its position, and the time at the first frame of each
 * piece of the trace. Pieces are short, so that most of them run without being
 * preempted.
 */
#ifndef TG_BENCH_DRIVER_H
#define TG_BENCH_DRIVER_H

#include <linux/types.h>

#define DRIVER_PIECE 1024
#define DRIVER_TIMES_MAX 16384

struct driver_progress {
	__u32 position, count;
	__u64 times[DRIVER_TIMES_MAX];
};

#endif
