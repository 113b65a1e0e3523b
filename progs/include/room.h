/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the functions of a program pass each other: in a map, as the stack of
 * programs is small. Softirqs are off while a program runs, so nothing else
 * uses it on this CPU.
 */
#ifndef TG_ROOM_H
#define TG_ROOM_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/* Defines the map, and `get`, which returns its struct, or NULL. */
#define TG_ROOM(room, get)                                    \
	struct {                                              \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);      \
		__uint(max_entries, 1);                       \
		__type(key, __u32);                           \
		__type(value, room);                          \
	} tgl_room SEC(".maps");                              \
                                                              \
	static __always_inline room *get(void)                \
	{                                                     \
		__u32 zero = 0;                               \
                                                              \
		return bpf_map_lookup_elem(&tgl_room, &zero); \
	}

#endif
