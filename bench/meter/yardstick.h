/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_BENCH_YARDSTICK_H
#define TG_BENCH_YARDSTICK_H

#include <linux/types.h>

struct yardstick_flow {
	__be32 source, target;
	__be16 sport, dport;
	__u8 protocol;
	__u8 unused[3];
};

_Static_assert(sizeof(struct yardstick_flow) == 16, "a key without holes");

struct yardstick_prefix {
	__u32 length;
	__be32 address;
};

_Static_assert(sizeof(struct yardstick_prefix) == 8, "as the trie wants it");

struct yardstick_prefix6 {
	__u32 length;
	__be32 address[4];
};

_Static_assert(sizeof(struct yardstick_prefix6) == 20, "as the trie wants it");

/* A cache line that holds the index of the next one. */
struct yardstick_line {
	__u32 next;
	__u8 unused[60];
};

#define YARDSTICK_LOADS 4

#endif
