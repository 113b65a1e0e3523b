// SPDX-License-Identifier: GPL-2.0-only
#include "rate.h"

typedef unsigned __int128 u128;

/* A price below 2^43 times a size below 2^20 is below 2^63. */
#define PRICE_OF_BYTE_MAX (UINT64_C(1) << 43)
#define SHIFT_MAX 31
#define BITS_IN_BYTE 8

static uint64_t divide_nearest(u128 dividend, uint64_t divisor)
{
	return (dividend + divisor / 2) / divisor;
}

/* One packet is multiplied by 1: more digits would be cut off each time. */
static struct rate_price price_of_packet(const struct policy_rate *rate)
{
	return (struct rate_price){
		.price = divide_nearest((u128)TG_LIMIT_SECOND * rate->seconds,
					rate->amount),
	};
}

static struct rate_price price_of_byte(const struct policy_rate *rate)
{
	u128 second = (u128)TG_LIMIT_SECOND * BITS_IN_BYTE * rate->seconds;
	struct rate_price price = { 0 };

	while (price.shift < SHIFT_MAX &&
	       divide_nearest(second << (price.shift + 1), rate->amount) <
		       PRICE_OF_BYTE_MAX)
		price.shift++;
	/* Rounded up: a cost that is a whole number is not cut to one less. */
	price.price =
		((second << price.shift) + rate->amount - 1) / rate->amount;
	return price;
}

struct rate_price rate_price(const struct policy_rate *rate)
{
	return rate->is_of_size ? price_of_byte(rate) : price_of_packet(rate);
}

uint64_t rate_burst_time(const struct policy_rate *rate)
{
	struct rate_price price = rate_price(rate);
	u128 time = (u128)rate->burst * price.price >> price.shift;

	return time > UINT64_MAX ? UINT64_MAX : time;
}

uint64_t rate_burst_max(const struct policy_rate *rate)
{
	struct rate_price price = rate_price(rate);
	u128 max = ((u128)TG_LIMIT_BURST_MAX << price.shift) / price.price;

	return max > UINT64_MAX ? UINT64_MAX : max;
}

static uint64_t at_least(uint64_t value, uint64_t least)
{
	return value > least ? value : least;
}

uint64_t rate_default_burst(const struct policy_rate *rate)
{
	uint64_t divisor = UINT64_C(100) * rate->seconds;
	uint64_t max = rate_burst_max(rate), burst;

	if (rate->is_of_size)
		burst = at_least(rate->amount / BITS_IN_BYTE / divisor,
				 RATE_BURST_BYTES);
	else
		burst = at_least((rate->amount + divisor - 1) / divisor,
				 RATE_BURST_PACKETS);
	return burst < max ? burst : max;
}

uint64_t rate_default_sent_burst(const struct policy_rate *rate)
{
	uint64_t a_second = (rate->amount + rate->seconds - 1) / rate->seconds;

	return at_least(a_second, RATE_BURST_PACKETS);
}
