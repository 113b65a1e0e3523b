/* SPDX-License-Identifier: GPL-2.0-only */
/* The length of the kernel's tick, which programs count: see tick_time.h. */
#ifndef TG_KERNEL_TICK_H
#define TG_KERNEL_TICK_H

#include <stdint.h>
#include <time.h>

/* In ns: the resolution of the clock that it puts on. 0: not known. */
static inline uint32_t kernel_tick(void)
{
	struct timespec tick;

	return clock_getres(CLOCK_MONOTONIC_COARSE, &tick) < 0 || tick.tv_sec
		       ? 0
		       : tick.tv_nsec;
}

#endif
