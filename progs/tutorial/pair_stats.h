/* SPDX-License-Identifier: GPL-2.0-only */
/* What pair_stats keeps, for the programs and for the reader of their map. */
#ifndef TUT_PAIR_STATS_H
#define TUT_PAIR_STATS_H

#include <linux/types.h>

/* Seen from here. An IPv4 address is ::ffff:a.b.c.d, as sockets write it. */
struct tut_pair {
	__u8 local[16];
	__u8 remote[16];
};

struct tut_pair_stats {
	__u64 rx_packets;
	__u64 rx_bytes;
	__u64 tx_packets;
	__u64 tx_bytes;
};

_Static_assert(sizeof(struct tut_pair) == 32, "key of the map");
_Static_assert(sizeof(struct tut_pair_stats) == 32, "value of the map");

#endif
