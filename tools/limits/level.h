/* SPDX-License-Identifier: GPL-2.0-only */
/* What a schedule says of a limit: how much of the burst is used. */
#ifndef TG_LIMITS_LEVEL_H
#define TG_LIMITS_LEVEL_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "policy_limit.h"

struct limit_level {
	uint64_t used, of; /* packets; or bytes, of a limit in bits */
	bool is_over;  /* no packet may pass now, or none of TG_LIMIT_PACKET */
	uint64_t wait; /* ns until one may pass */
};

/* `ahead`: as limit_ahead() says. */
struct limit_level limit_level(const struct tg_limit *limit, uint64_t ahead);

/* Packets or bits in a second. */
double limit_rate(const struct tg_limit *limit);

#define LIMIT_TEXT_SIZE 64

/* "50/s burst 100", "10mbit burst 125000 bytes" */
void limit_print(char text[LIMIT_TEXT_SIZE], const struct tg_limit *limit);

/* "37 of 100", "1514 of 125000 bytes" */
void limit_level_print(char text[LIMIT_TEXT_SIZE], const struct tg_limit *limit,
		       const struct limit_level *level);

/* "12ms", "3s" */
void limit_wait_print(char text[LIMIT_TEXT_SIZE], uint64_t wait);

/* The members "unit", "rate", "burst", of which "rate" is of a second. */
json_t *limit_record_to_json(const struct tg_limit *limit);

/* The members "used", "of", "over" and "wait", in seconds. */
json_t *limit_level_to_json(const struct limit_level *level);

#endif
