/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames from the values of their fields. */
#ifndef TG_BENCH_FRAME_H
#define TG_BENCH_FRAME_H

#include <stddef.h>

#include "policy/match/match.h"

#define FRAME_SIZE_MIN 60

/* What a host that is meant by all frames has. */
#define FRAME_SOURCE_MAC UINT64_C(0x020000000001)
#define FRAME_TARGET_MAC UINT64_C(0x020000000002)

/*
 * Fields that the packet does not have get what is usual. ETHERTYPE and
 * PROTOCOL must be there. The size of the frame, FRAME_SIZE_MIN or more:
 * lengths and checksums are right, what is missing behind them is zero.
 */
size_t frame_build(const struct policy_packet *packet, void *frame);

#endif
