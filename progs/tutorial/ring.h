/* SPDX-License-Identifier: GPL-2.0-only */
/* What ring.bpf.c puts into its ring, and ring-pcap reads. */
#ifndef TUT_RING_H
#define TUT_RING_H

#include <linux/types.h>

#define TUT_RING_BYTES 128

struct tut_captured {
	__u64 time;	/* ns since the machine has booted */
	__u32 length;	/* of the packet */
	__u32 captured; /* how many bytes of it are here */
	__u8 bytes[TUT_RING_BYTES];
};

_Static_assert(sizeof(struct tut_captured) == 144, "programs share it");

#endif
