/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of limits in memory, for tests, with a clock that the test sets. */
#ifndef TG_LIMIT_BED_H
#define TG_LIMIT_BED_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "limit_table.h"

struct limit_bed {
	char *start;
	uint32_t lines;
	uint64_t clock;
	uint64_t first_tick; /* the number of the tick at time 0 */
};

typedef const struct limit_bed *tg_limit_table;

static inline void *tg_limit_line(tg_limit_table bed, uint32_t number)
{
	return number < bed->lines ? bed->start + (size_t)number * TG_LIMIT_LINE
				   : NULL;
}

/* Asking takes the time of the bed that limit_bed_ask() was called for. */
static _Thread_local const struct limit_bed *limit_bed_asked;

static inline uint64_t tg_limit_now(void)
{
	return __atomic_load_n(&limit_bed_asked->clock, __ATOMIC_RELAXED);
}

/* As the kernel's: 4 ms, the first of which began before time 0. */
#define LIMIT_BED_TICK 4000000

static inline uint64_t tg_limit_ticks(void)
{
	return limit_bed_asked->first_tick +
	       (tg_limit_now() + TG_LIMIT_TIME(1234567)) /
		       TG_LIMIT_TIME(LIMIT_BED_TICK);
}

#include "limit_key.h"

static inline void limit_bed_make(struct limit_bed *bed, uint32_t buckets)
{
	struct tg_limit_head head = {
		.version = TG_LIMIT_VERSION,
		.lines = TG_LIMIT_LINES(buckets),
		.buckets = buckets,
		.secret = { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344,
			    0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89,
			    0x452821e6, 0x38d01377 },
	};

	bed->lines = head.lines;
	bed->clock = TG_LIMIT_SECOND * 1000;
	bed->start = aligned_alloc(TG_LIMIT_LINE,
				   (size_t)bed->lines * TG_LIMIT_LINE);
	if (!bed->start)
		abort();
	memset(bed->start, 0, (size_t)bed->lines * TG_LIMIT_LINE);
	memcpy(bed->start, &head, sizeof(head));
}

static inline struct tg_limit_head *limit_bed_head(const struct limit_bed *bed)
{
	return tg_limit_line(bed, TG_LIMIT_HEAD_LINE);
}

static inline void limit_bed_free(struct limit_bed *bed)
{
	free(bed->start);
}

/* `count` packets in as many seconds, and as many at once. */
static inline struct tg_limit limit_of(uint64_t count, uint64_t seconds,
				       uint64_t burst, enum tg_limit_per per)
{
	uint64_t price = TG_LIMIT_SECOND * seconds / count;

	return (struct tg_limit){
		.name = 0x0123456789abcdef,
		.price = price,
		.burst = price * burst,
		.beyond = price * burst + (1ULL << 60),
		.per = per,
		.length4 = 32,
		.length6 = 64,
	};
}

static inline enum tg_limit_answer limit_bed_ask(const struct limit_bed *bed,
						 const struct tg_limit *limit,
						 const struct tg_end *ends,
						 uint32_t size)
{
	struct tg_limit_wish wish = { 0 };

	limit_bed_asked = bed;
	tg_limit_set_key(&wish, limit, ends, 0);
	tg_limit_set_wish(&wish, limit, size);
	if (limit->per == TG_LIMIT_PER_ALL) { /* as policies do */
		struct tg_limit_bill bill = wish.bill;
		__u64 name = tg_limit_total_name(limit->name, 0);
		int answer = tg_limit_ask_total(bed, name, &bill);

		if (answer != TG_LIMIT_NO_PLACE)
			return answer;
	}
	return tg_limit_ask(bed, &wish);
}

#endif
