/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time by the number of the kernel's tick: it is a load, where each of the
 * kernel's clocks is a call that takes as long as a lookup. Tables have the
 * length of a tick, which tools write, and the number of the tick at time 0,
 * which the first program writes that needs it, so that tools see the same time
 * within two ticks. Two processors that find no origin may write numbers that
 * differ by one.
 */
#ifndef TG_TICK_TIME_H
#define TG_TICK_TIME_H

#include <linux/types.h>

/* The number of the tick at time 0. `tick` is in ns, and not 0. */
static __always_inline __u32 tg_tick_origin(__u32 tick, __u64 ticks, __u64 now)
{
	return ticks - now / tick;
}

/* In ns. */
static __always_inline __u64 tg_tick_time(__u32 tick, __u32 origin, __u64 ticks)
{
	return (ticks - origin) * tick;
}

#endif
