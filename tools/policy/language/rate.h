/* SPDX-License-Identifier: GPL-2.0-only */
/* Rates of limits: their bounds, and the burst of one that says none. */
#ifndef TG_POLICY_RATE_H
#define TG_POLICY_RATE_H

#include "policy.h"

#define RATE_PACKETS_MAX UINT64_C(100000000)  /* per second */
#define RATE_BITS_MAX UINT64_C(1000000000000) /* per second: 1tbit */

/* A whole packet of this size never passes if the burst is smaller. */
#define RATE_BURST_SMALL 1600
#define RATE_BURST_BYTES (64 << 10)
#define RATE_BURST_PACKETS 5

/* Without a statement 'replies', and without one 'logs'. */
#define RATE_REPLIES 1000
#define RATE_LOGS 100

/*
 * What a packet, or a byte, costs in units of time of limit_table.h: price >>
 * shift. A price times the size of a packet fits into 64 bits.
 */
struct rate_price {
	uint64_t price;
	uint8_t shift;
};
struct rate_price rate_price(const struct policy_rate *rate);

/* What the burst costs; more than TG_LIMIT_BURST_MAX: too long. */
uint64_t rate_burst_time(const struct policy_rate *rate);

/* The largest burst that is short enough. */
uint64_t rate_burst_max(const struct policy_rate *rate);

/* What passes in 10 ms, and at least 5 packets or 64 KiB. */
uint64_t rate_default_burst(const struct policy_rate *rate);

/* Of answers and events: what passes in a second, and at least 5. */
uint64_t rate_default_sent_burst(const struct policy_rate *rate);

#endif
