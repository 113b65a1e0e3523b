/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TG_RANDOM_PACKET_H
#define TG_RANDOM_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "policy/match/match.h"
#include "random.h"

#define RANDOM_PACKET_MAX 640

struct random_packet {
	uint8_t bytes[RANDOM_PACKET_MAX];
	size_t size;
	struct policy_metadata metadata;
};

/* Most are valid; a few are truncated or have wrong lengths. */
void random_packet(struct random *random, struct random_packet *packet);

#endif
