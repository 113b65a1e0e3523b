/* SPDX-License-Identifier: GPL-2.0-only */
/* One schedule: whether a packet may pass, and its payment. */
#ifndef TG_LIMIT_SCHEDULE_H
#define TG_LIMIT_SCHEDULE_H

#include "limit_table.h"
#include "map_word.h"

/* What a packet costs, and what the limit allows: see struct tg_limit. */
struct tg_limit_bill {
	__u64 cost, burst, beyond;
	__u64 now;
	__u64 slack;	 /* by how much the burst exceeds one packet */
	__u64 is_frozen; /* only ask */
};

/* 0: it is not ahead of the clock. */
static __always_inline __u64 tg_limit_ahead(__u64 schedule,
					    const struct tg_limit_bill *bill)
{
	__u64 ahead = schedule - bill->now;

	return ahead > bill->beyond ? 0 : ahead;
}

/* May a packet pass, if the schedule is as far ahead? */
static __always_inline int tg_limit_allows(const struct tg_limit_bill *bill,
					   __u64 ahead)
{
	return ahead + bill->cost <= bill->burst;
}

static __always_inline void tg_limit_pay_back(__u64 *schedule,
					      const struct tg_limit_bill *bill)
{
	__sync_fetch_and_add(schedule, -bill->cost);
}

/*
 * Charge a packet, if it may pass: whether it may. Of two processors that see a
 * schedule that is not ahead, one starts it again at the clock, and the other
 * adds to that.
 */
static __always_inline int tg_limit_pay(__u64 *schedule,
					const struct tg_limit_bill *bill)
{
	__u64 seen = TG_READ(*schedule), ahead = tg_limit_ahead(seen, bill);

	if (!tg_limit_allows(bill, ahead))
		return 0;
	if (bill->is_frozen)
		return 1;
	if (!ahead && __sync_val_compare_and_swap(
			      schedule, seen, bill->now + bill->cost) == seen)
		return 1;
	seen = __sync_fetch_and_add(schedule, bill->cost);
	if (tg_limit_allows(bill, tg_limit_ahead(seen, bill)))
		return 1;
	tg_limit_pay_back(schedule, bill);
	return 0;
}

#endif
