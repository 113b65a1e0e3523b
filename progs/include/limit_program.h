/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of limits of a program. */
#ifndef TG_LIMIT_PROGRAM_H
#define TG_LIMIT_PROGRAM_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "limit_table.h"

/* tg-splice writes the size of the pinned table in its place. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TG_LIMIT_LINES_BUILT);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, TG_LIMIT_LINE);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tgl_limits SEC(".maps");

/* There is only one. */
typedef __u32 tg_limit_table;

static __always_inline void *tg_limit_line(tg_limit_table table, __u32 number)
{
	(void)table;
	return bpf_map_lookup_elem(&tgl_limits, &number);
}

static __always_inline __u64 tg_limit_now(void)
{
	return TG_LIMIT_TIME(bpf_ktime_get_ns());
}

static __always_inline __u64 tg_limit_ticks(void)
{
	return bpf_jiffies64();
}

#include "limit_key.h"

#endif
