/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the functions of a policy that look up and change live facts are passed.
 * It is in a map, as the stack of programs is small; softirqs are off while a
 * program runs, so nothing else uses it on this CPU.
 */
#ifndef TG_LIVE_ROOM_H
#define TG_LIVE_ROOM_H

#include "flow_room.h"
#include "set_program.h"

struct tg_live_room {
	struct tg_flow_room flow;
	struct tg_set_wish wish;
	__u8 facts[TG_LIVE_FACTS]; /* the value of each LIVE field */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tg_live_room);
} tgl_room SEC(".maps");

static __always_inline struct tg_live_room *tg_live_room(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&tgl_room, &zero);
}

#endif
