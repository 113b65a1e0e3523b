/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of flows of a program. It is not the inner map of another one, so
 * clang and the verifier make lookups of a line part of the program.
 */
#ifndef TG_FLOW_PROGRAM_H
#define TG_FLOW_PROGRAM_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "flow_table.h"
#include "map_word.h"
#include "tick_time.h"

/* tg-splice writes the size of the pinned table in its place. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TG_FLOW_LINES_BUILT);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, TG_FLOW_LINE);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tgf_flows SEC(".maps");

/* There is only one: a number, so that global functions can be passed it. */
typedef __u32 tg_flow_table;

static __always_inline void *tg_flow_line(tg_flow_table table, __u32 number)
{
	(void)table;
	return bpf_map_lookup_elem(&tgf_flows, &number);
}

static __always_inline __u32 tg_flow_now(void)
{
	return bpf_ktime_get_coarse_ns() >> TG_FLOW_TIME_SHIFT;
}

/* The same, of a table: it costs no call. */
static __always_inline __u32 tg_flow_clock(struct tg_flow_head *head,
					   int is_frozen)
{
	__u32 tick = head->tick, origin = TG_READ(head->origin);
	__u64 ticks = bpf_jiffies64();

	if (!tick)
		return tg_flow_now();
	if (!origin) {
		origin = tg_tick_origin(tick, ticks, bpf_ktime_get_ns());
		if (!is_frozen)
			TG_WRITE(head->origin, origin);
	}
	return tg_tick_time(tick, origin, ticks) >> TG_FLOW_TIME_SHIFT;
}

#include "flow_add.h"

#endif
