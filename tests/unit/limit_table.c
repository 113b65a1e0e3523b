// SPDX-License-Identifier: GPL-2.0-only
/*
 * limit_table - limits that are asked by a clock that the test sets: bursts and
 * rates to the packet, keys, what a full table does, and the wrap of the clock.
 */
#include "limit_bed.h"
#include "tap.h"

#define TESTS 24
#define BUCKETS 256

static const struct tg_end nobody[TG_SIDES];

static void set_ends4(struct tg_end *ends, uint32_t from, uint32_t to)
{
	memset(ends, 0, sizeof(*ends) * TG_SIDES);
	ends[TG_SIDE_FROM].address[0] = from;
	ends[TG_SIDE_TO].address[0] = to;
}

static void set_ends6(struct tg_end *ends, uint32_t net, uint32_t host)
{
	struct tg_end *from = &ends[TG_SIDE_FROM];

	memset(ends, 0, sizeof(*ends) * TG_SIDES);
	*from = (struct tg_end){
		.address = { 0x20010db8, net, 0, host },
		.family = TG_FAMILY_IP6,
	};
}

/* How many of these packets pass, all at the same time. */
static unsigned int count_passed(const struct limit_bed *bed,
				 const struct tg_limit *limit,
				 const struct tg_end *ends, unsigned int count,
				 uint32_t size)
{
	unsigned int passed = 0;

	for (unsigned int i = 0; i < count; i++)
		passed += limit_bed_ask(bed, limit, ends, size) == TG_LIMIT_YES;
	return passed;
}

/* --- rates and bursts */

static void check_bursts(struct tap *tap)
{
	static const unsigned int bursts[] = { 1, 5, 1000, 100000 };
	bool is_exact = true, is_again = true;

	for (size_t i = 0; i < sizeof(bursts) / sizeof(*bursts); i++) {
		struct tg_limit limit = limit_of(50, 1, bursts[i], 0);
		struct limit_bed bed;

		limit_bed_make(&bed, BUCKETS);
		is_exact &= count_passed(&bed, &limit, nobody,
					 2 * bursts[i] + 3, 64) == bursts[i];
		bed.clock += limit.price * bursts[i];
		is_again &= count_passed(&bed, &limit, nobody,
					 2 * bursts[i] + 3, 64) == bursts[i];
		limit_bed_free(&bed);
	}
	tap_ok(tap, is_exact, "a burst is exactly as large as said");
	tap_ok(tap, is_again, "and again when it is paid for");
}

/*
 * Packets at `offered` a second for ten seconds: as many pass as the rate says,
 * and the burst.
 */
static bool is_rate_kept(uint64_t rate, uint64_t seconds, uint64_t offered,
			 uint64_t start)
{
	struct tg_limit limit = limit_of(rate, seconds, 3, 0);
	uint64_t step = TG_LIMIT_SECOND / offered, passed = 0, expected;
	struct limit_bed bed;

	limit_bed_make(&bed, BUCKETS);
	bed.clock = start;
	for (uint64_t i = 0; i < 10 * offered; i++) {
		passed +=
			limit_bed_ask(&bed, &limit, nobody, 64) == TG_LIMIT_YES;
		bed.clock += step;
	}
	limit_bed_free(&bed);
	expected = (10 * offered - 1) * step / limit.price + 3;
	return passed + 1 >= expected && passed <= expected + 1;
}

static void check_rates(struct tap *tap)
{
	uint64_t soon = TG_LIMIT_SECOND * 1000;

	tap_ok(tap, is_rate_kept(10, 1, 100000, soon),
	       "10 a second are 10 a second, to the packet");
	tap_ok(tap, is_rate_kept(333, 1, 10007, soon),
	       "a rate that does not divide a second is kept as well");
	tap_ok(tap, is_rate_kept(100000, 1, 130000, soon),
	       "100,000 a second are as many of 130,000");
	tap_ok(tap, is_rate_kept(1, 60, 1000, soon), "one a minute is one");
	tap_ok(tap, is_rate_kept(1, 24 * 3600, 1000, soon), "one a day is one");
	tap_ok(tap, is_rate_kept(50, 1, 1000, -(TG_LIMIT_SECOND * 5)),
	       "a rate is kept while the clock wraps");
}

static void check_slower(struct tap *tap)
{
	struct tg_limit limit = limit_of(10, 1, 1, 0);
	struct limit_bed bed;
	bool all = true;

	limit_bed_make(&bed, BUCKETS);
	for (int i = 0; i < 1000; i++) {
		all &= limit_bed_ask(&bed, &limit, nobody, 64) == TG_LIMIT_YES;
		bed.clock += limit.price;
	}
	limit_bed_free(&bed);
	tap_ok(tap, all, "packets at exactly the rate all pass, with burst 1");
}

static void check_sizes(struct tap *tap)
{
	/* 8,000 bits a second, that is 1,000 bytes, and 3,000 at once */
	struct tg_limit limit = {
		.name = 7,
		.price = TG_LIMIT_SECOND * 8 / 8000,
		.is_of_size = 1,
		.burst = TG_LIMIT_SECOND * 3,
		.beyond = TG_LIMIT_SECOND * 1000,
	};
	struct limit_bed bed;

	limit_bed_make(&bed, BUCKETS);
	tap_ok(tap,
	       count_passed(&bed, &limit, nobody, 10, 1500) == 2 &&
		       limit_bed_ask(&bed, &limit, nobody, 1) == TG_LIMIT_NO,
	       "of a rate of bits, a packet costs its size");
	bed.clock += TG_LIMIT_SECOND;
	tap_ok(tap, count_passed(&bed, &limit, nobody, 100, 100) == 10,
	       "and small ones fit where a large one does not");
	tap_ok(tap, count_passed(&bed, &limit, nobody, 5, 3001) == 0,
	       "a packet larger than the burst never passes");
	limit_bed_free(&bed);
}

/* --- keys */

static void check_keys(struct tap *tap)
{
	struct tg_limit limit = limit_of(1, 1, 4, TG_LIMIT_PER_FROM);
	struct tg_end ends[TG_SIDES];
	struct limit_bed bed;
	unsigned int passed = 0;

	limit_bed_make(&bed, BUCKETS);
	for (uint32_t i = 0; i < 100; i++) {
		set_ends4(ends, 0xc6336400 + i, 0xcb007101);
		passed += count_passed(&bed, &limit, ends, 10, 64);
	}
	tap_ok(tap, passed == 400, "each source has a burst of its own");
	limit.length4 = 24;
	limit.name++;
	passed = 0;
	for (uint32_t i = 0; i < 1000; i++) {
		set_ends4(ends, 0xc6336400 + i, 0xcb007101);
		passed += limit_bed_ask(&bed, &limit, ends, 64) == TG_LIMIT_YES;
	}
	tap_ok(tap, passed == 4 * 4,
	       "per from/24, the sources of a prefix have one together");
	passed = 0;
	for (uint32_t i = 0; i < 1000; i++) {
		set_ends6(ends, i % 2, i);
		passed += limit_bed_ask(&bed, &limit, ends, 64) == TG_LIMIT_YES;
	}
	tap_ok(tap, passed == 2 * 4, "and the hosts of a /64 of IPv6");
	limit_bed_free(&bed);
}

static void check_flow_keys(struct tap *tap)
{
	struct tg_limit limit = limit_of(1, 1, 4, TG_LIMIT_PER_FLOW);
	struct tg_end there[TG_SIDES], back[TG_SIDES];
	struct limit_bed bed;

	set_ends4(there, 0xc6336401, 0xcb007101);
	set_ends4(back, 0xcb007101, 0xc6336401);
	there[TG_SIDE_FROM].port = back[TG_SIDE_TO].port = 1025;
	there[TG_SIDE_TO].port = back[TG_SIDE_FROM].port = 443;
	limit_bed_make(&bed, BUCKETS);
	tap_ok(tap,
	       count_passed(&bed, &limit, there, 3, 64) == 3 &&
		       count_passed(&bed, &limit, back, 3, 64) == 1,
	       "both directions of a flow are one key");
	there[TG_SIDE_FROM].port++;
	tap_ok(tap, count_passed(&bed, &limit, there, 10, 64) == 4,
	       "another port is another flow");
	limit_bed_free(&bed);
}

/* --- a full table */

static void flood(const struct limit_bed *bed, const struct tg_limit *limit,
		  uint32_t sources, unsigned int packets, unsigned int *refused)
{
	struct tg_end ends[TG_SIDES];

	*refused = 0;
	for (uint32_t i = 0; i < sources; i++) {
		set_ends4(ends, 0x0a000000 + i, 0xcb007101);
		for (unsigned int j = 0; j < packets; j++)
			*refused += limit_bed_ask(bed, limit, ends, 64) ==
				    TG_LIMIT_NO_PLACE;
	}
}

static void check_full(struct tap *tap)
{
	struct tg_limit limit = limit_of(1, 1, 10, TG_LIMIT_PER_FROM);
	struct tg_limit total = limit_of(1, 1, 10, TG_LIMIT_PER_ALL);
	struct tg_end heavy[TG_SIDES];
	unsigned int refused, before;
	struct limit_bed bed;

	limit_bed_make(&bed, BUCKETS);
	set_ends4(heavy, 0xc6336401, 0xcb007101);
	before = count_passed(&bed, &total, nobody, 100, 64) +
		 count_passed(&bed, &limit, heavy, 100, 64);
	flood(&bed, &limit, 100 * BUCKETS, 1, &refused);
	tap_ok(tap, !refused,
	       "a flood of sources that send once makes none find no place");
	tap_ok(tap, before == 20 && !count_passed(&bed, &limit, heavy, 100, 64),
	       "nor is a source forgotten that has used up its burst");
	tap_ok(tap, !count_passed(&bed, &total, nobody, 100, 64),
	       "nor the total of all packets");
	flood(&bed, &limit, 100 * BUCKETS, 2, &refused);
	tap_ok(tap, refused, "if all have sent more, new ones find no place");
	bed.clock += limit.burst;
	flood(&bed, &limit, BUCKETS, 2, &refused);
	tap_ok(tap, !refused, "once that is paid for, the table is free again");
	limit_bed_free(&bed);
}

static void check_full_of_one(struct tap *tap)
{
	struct tg_limit limit = limit_of(1, 1, 1, TG_LIMIT_PER_FROM);
	struct tg_end heavy[TG_SIDES];
	unsigned int refused;
	struct limit_bed bed;

	limit_bed_make(&bed, BUCKETS);
	set_ends4(heavy, 0xc6336401, 0xcb007101);
	count_passed(&bed, &limit, heavy, 1, 64);
	flood(&bed, &limit, 100 * BUCKETS, 1, &refused);
	tap_ok(tap, refused && !count_passed(&bed, &limit, heavy, 100, 64),
	       "with a burst of one packet, no source is forgotten either");
	limit_bed_free(&bed);
}

/* --- a twin */

static void check_frozen(struct tap *tap)
{
	struct tg_limit limit = limit_of(1, 1, 2, TG_LIMIT_PER_FROM);
	struct tg_limit_wish wish = { 0 };
	struct tg_end ends[TG_SIDES];
	struct limit_bed bed;
	bool is_within = true, is_over;

	limit_bed_make(&bed, BUCKETS);
	set_ends4(ends, 0xc6336401, 0xcb007101);
	limit_bed_asked = &bed;
	tg_limit_set_key(&wish, &limit, ends, 0);
	for (int i = 0; i < 10; i++) {
		tg_limit_set_wish(&wish, &limit, 64);
		wish.bill.is_frozen = 1;
		is_within &= tg_limit_ask(&bed, &wish) == TG_LIMIT_YES;
	}
	is_within &= count_passed(&bed, &limit, ends, 10, 64) == 2;
	is_over = tg_limit_ask(&bed, &wish) == TG_LIMIT_NO;
	bed.clock += limit.burst;
	is_within &= tg_limit_ask(&bed, &wish) == TG_LIMIT_YES &&
		     count_passed(&bed, &limit, ends, 10, 64) == 2;
	tap_ok(tap, is_within && is_over, "who only asks charges nothing");
	limit_bed_free(&bed);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, TESTS);

	check_bursts(&tap);
	check_rates(&tap);
	check_slower(&tap);
	check_sizes(&tap);
	check_keys(&tap);
	check_flow_keys(&tap);
	check_full(&tap);
	check_full_of_one(&tap);
	check_frozen(&tap);
	return tap_end(&tap);
}
