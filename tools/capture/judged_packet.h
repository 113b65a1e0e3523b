/* SPDX-License-Identifier: GPL-2.0-only */
/* A packet with what became of it. Used by tg-capture and tg-watch. */
#ifndef TG_CAPTURE_JUDGED_PACKET_H
#define TG_CAPTURE_JUDGED_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "watch_event.h"

#define JUDGED_TAG_SIZE 4

struct judged_packet {
	const struct tg_watch_event *event;
	uint64_t time;	      /* ns since 1970 */
	const uint8_t *frame; /* with the tag that tc had beside it */
	uint32_t captured;    /* bytes of it */
	uint32_t length;      /* of the whole frame */
};

/*
 * Sets what the event says, and the bytes of the packet that follow it. With a
 * tag, the frame is made in `room`, which has JUDGED_TAG_SIZE bytes more.
 */
void judged_packet_set(struct judged_packet *packet,
		       const struct tg_watch_event *event, const uint8_t *bytes,
		       int64_t monotonic_to_real, uint8_t *room);

/* What is added to times of events, in ns. */
int64_t monotonic_to_real(void);

/* The packet as 'explain' takes it, cut off where the room ends. */
void judged_describe(char *text, size_t size,
		     const struct judged_packet *packet);

/* The state of its flow; NULL if the policy did not look it up. */
const char *judged_flow(const struct judged_packet *packet);

#endif
