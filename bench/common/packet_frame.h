/* SPDX-License-Identifier: GPL-2.0-only */
/* The frame of a packet whose fields are known. */
#ifndef TG_BENCH_PACKET_FRAME_H
#define TG_BENCH_PACKET_FRAME_H

#include "policy/match/match.h"

/* Without the frame check sequence, which the device adds. */
#define FRAME_SIZE_MIN 60

/* What a host that is meant by all frames has. */
#define FRAME_SOURCE_MAC UINT64_C(0x020000000001)
#define FRAME_TARGET_MAC UINT64_C(0x020000000002)

/*
 * Fields that the packet does not have get what is usual. Returns the size of
 * the frame, FRAME_SIZE_MIN or more; lengths and checksums are right, and the
 * padding is zero.
 */
uint32_t packet_frame(const struct policy_packet *packet, uint8_t *bytes);

#endif
