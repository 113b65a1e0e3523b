/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Builds the frame of a packet from its fields. Used by the trace and the
 * meter.
 */
#ifndef TG_BENCH_PACKET_FRAME_H
#define TG_BENCH_PACKET_FRAME_H

#include "policy/match/match.h"

/* without the frame check sequence */
#define FRAME_SIZE_MIN 60

/* The source address of all frames. */
#define FRAME_SOURCE_MAC UINT64_C(0x020000000001)
#define FRAME_TARGET_MAC UINT64_C(0x020000000002)

/*
 * Fields that the packet lacks get default values. Returns the size of the
 * frame, at least FRAME_SIZE_MIN; lengths and checksums are correct, and the
 * padding is zero.
 */
uint32_t packet_frame(const struct policy_packet *packet, uint8_t *bytes);

#endif
