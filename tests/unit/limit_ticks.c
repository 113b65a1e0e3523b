// SPDX-License-Identifier: GPL-2.0-only
/*
 * limit_ticks - limits that look at the number of the kernel's tick, by a clock
 * that the test sets: bursts and rates, what more may pass in any span of time,
 * which limits do so, and where the ticks are counted from.
 */
#include "limit_bed.h"
#include "sanitized.h"
#include "tap.h"

#define TESTS 15
#define BUCKETS 16
#define TICK TG_LIMIT_TIME(LIMIT_BED_TICK)
#define MS TG_LIMIT_TIME(1000000)
#define STARTS 97 /* of a test: at as many places within a tick */

static const struct tg_end nobody[TG_SIDES];

static void make_bed(struct limit_bed *bed)
{
	limit_bed_make(bed, BUCKETS);
	limit_bed_head(bed)->tick = LIMIT_BED_TICK;
	bed->first_tick = 4294892296; /* as the kernel's, at 250 a second */
}

static bool passes(const struct limit_bed *bed, const struct tg_limit *limit)
{
	return limit_bed_ask(bed, limit, nobody, 64) == TG_LIMIT_YES;
}

static unsigned int count_passed(const struct limit_bed *bed,
				 const struct tg_limit *limit,
				 unsigned int count)
{
	unsigned int passed = 0;

	for (unsigned int i = 0; i < count; i++)
		passed += passes(bed, limit);
	return passed;
}

/* --- bursts and rates */

static void check_bursts(struct tap *tap)
{
	struct tg_limit limit = limit_of(50, 1, 20, TG_LIMIT_PER_ALL);
	bool is_exact = true, is_again = true;

	for (int i = 0; i < STARTS; i++) {
		struct limit_bed bed;

		make_bed(&bed);
		bed.clock += i * TICK / STARTS;
		is_exact &= count_passed(&bed, &limit, 50) == 20;
		bed.clock += limit.burst + TICK;
		is_again &= count_passed(&bed, &limit, 50) == 20;
		limit_bed_free(&bed);
	}
	tap_ok(tap, is_exact, "a burst at one time is exactly as large");
	tap_ok(tap, is_again, "and again, a tick after it is paid for");
}

/* Of what comes faster than the rate, a tick's worth is not passed yet. */
static void check_rate(struct tap *tap, uint64_t rate, uint64_t burst,
		       uint64_t offered)
{
	struct tg_limit limit = limit_of(rate, 1, burst, TG_LIMIT_PER_ALL);
	uint64_t step = TG_LIMIT_SECOND / offered, passed = 0, due, tick;
	struct limit_bed bed;

	make_bed(&bed);
	for (uint64_t i = 0; i < 10 * offered; i++) {
		passed += passes(&bed, &limit);
		bed.clock += step;
	}
	limit_bed_free(&bed);
	due = 10 * offered * step / limit.price + burst;
	tick = TICK / limit.price + 1;
	if (!tap_ok(tap, passed + tick >= due && passed <= due + tick,
		    "ten seconds of %llu a second are as many",
		    (unsigned long long)rate))
		tap_note(tap, "passed %llu, due are %llu",
			 (unsigned long long)passed, (unsigned long long)due);
}

/* Packets that come at the rate, or slower, all pass. */
static void check_conforming(struct tap *tap)
{
	static const struct {
		uint64_t rate, burst;
	} rows[] = {
		{ 7, 2 }, { 50, 2 }, { 333, 4 }, { 1000, 9 }, { 100000, 801 },
	};
	uint64_t refused = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) * STARTS; i++) {
		uint64_t rate = rows[i / STARTS].rate;
		struct tg_limit limit = limit_of(
			rate, 1, rows[i / STARTS].burst, TG_LIMIT_PER_ALL);
		struct limit_bed bed;

		make_bed(&bed);
		bed.clock += i % STARTS * TICK / STARTS;
		for (int j = 0; j < 2000; j++) {
			refused += !passes(&bed, &limit);
			bed.clock += limit.price;
		}
		limit_bed_free(&bed);
	}
	if (!tap_ok(tap, !refused, "packets that come at the rate all pass"))
		tap_note(tap, "%llu do not", (unsigned long long)refused);
}

/*
 * In any span of time, as many pass as the burst, what the rate allows in that
 * time, and in one tick: a schedule by the exact time is never further ahead.
 */
static void check_spans(struct tap *tap)
{
	uint64_t worst = 0, burst_by_burst, seed = 1;
	struct tg_limit limit = limit_of(2000, 1, 40, TG_LIMIT_PER_ALL);
	uint64_t schedule = 0;
	struct limit_bed bed;

	make_bed(&bed);
	for (int i = 0; i < SANITIZED_OR(200000, 2000000); i++) {
		seed = seed * 6364136223846793005 + 1442695040888963407;
		/* gaps of any length: within a tick, and of several */
		bed.clock += (seed >> 24) % (1ULL << ((seed >> 60) * 2 + 4));
		if (!passes(&bed, &limit))
			continue;
		if ((int64_t)(schedule - bed.clock) < 0)
			schedule = bed.clock;
		schedule += limit.price;
		if (schedule - bed.clock > worst)
			worst = schedule - bed.clock;
	}
	limit_bed_free(&bed);
	burst_by_burst = worst > limit.burst ? worst - limit.burst : 0;
	if (!tap_ok(tap, burst_by_burst <= TICK && burst_by_burst > TICK / 2,
		    "no more pass than the rate of one tick, at any time"))
		tap_note(tap, "%llu ns too many",
			 (unsigned long long)burst_by_burst >>
				 TG_LIMIT_TIME_SHIFT);
}

/* --- which limits */

/* Between two ticks, the exact clock goes on. */
static bool looks_at_ticks(const struct tg_limit *limit, uint32_t size)
{
	struct tg_limit_wish wish = { 0 };
	uint64_t before;
	struct limit_bed bed;

	make_bed(&bed);
	limit_bed_asked = &bed;
	tg_limit_set_wish(&wish, limit, size);
	before = tg_limit_time(limit_bed_head(&bed), &wish.bill);
	bed.clock += MS / 100;
	before -= tg_limit_time(limit_bed_head(&bed), &wish.bill);
	limit_bed_free(&bed);
	return !before;
}

static void check_choice(struct tap *tap)
{
	struct tg_limit one = limit_of(10, 1, 1, TG_LIMIT_PER_ALL);
	struct tg_limit small = limit_of(1000, 1, 8, TG_LIMIT_PER_ALL);
	struct tg_limit large = limit_of(1000, 1, 9, TG_LIMIT_PER_ALL);
	struct tg_limit bits = {
		.price = MS / 1000,
		.is_of_size = 1,
		.burst = MS / 1000 * TG_LIMIT_PACKET + 2 * TICK,
	};

	tap_ok(tap, !looks_at_ticks(&one, 64) && !looks_at_ticks(&small, 64),
	       "a limit whose burst is less than two ticks and a packet looks "
	       "at the exact clock");
	tap_ok(tap, looks_at_ticks(&large, 64), "others look at the ticks");
	tap_ok(tap, looks_at_ticks(&bits, 64) && looks_at_ticks(&bits, 9000),
	       "limits in bits look at the ticks for packets of any size");
	bits.burst--;
	tap_ok(tap, !looks_at_ticks(&bits, 64) && !looks_at_ticks(&bits, 9000),
	       "or at the exact clock");
}

/* --- where ticks are counted from */

static bool shows_the_time(uint64_t first_tick, uint64_t clock)
{
	struct tg_limit limit = limit_of(50, 1, 20, TG_LIMIT_PER_ALL);
	struct tg_limit_wish wish = { 0 };
	bool is_near = true;
	struct limit_bed bed;

	make_bed(&bed);
	bed.first_tick = first_tick;
	bed.clock = clock;
	limit_bed_asked = &bed;
	tg_limit_set_wish(&wish, &limit, 64);
	for (int i = 0; i < 1000; i++) {
		int64_t late = bed.clock -
			       tg_limit_time(limit_bed_head(&bed), &wish.bill);

		is_near &= llabs(late) < (long long)(2 * TICK);
		bed.clock += MS / 7;
	}
	limit_bed_free(&bed);
	return is_near;
}

static void check_origin(struct tap *tap)
{
	struct tg_limit limit = limit_of(50, 1, 20, TG_LIMIT_PER_ALL);
	struct tg_limit_wish wish = { 0 };
	struct limit_bed bed;

	tap_ok(tap,
	       shows_the_time(4294892296, TG_LIMIT_SECOND * 10) &&
		       shows_the_time(4294892296, TG_LIMIT_SECOND * 86400) &&
		       shows_the_time(4294667296, TG_LIMIT_SECOND * 500000),
	       "ticks show the time, to within two of them");
	make_bed(&bed);
	limit_bed_asked = &bed;
	tg_limit_set_wish(&wish, &limit, 64);
	wish.bill.is_frozen = 1;
	tg_limit_time(limit_bed_head(&bed), &wish.bill);
	tap_ok(tap, !limit_bed_head(&bed)->origin,
	       "who only asks does not write where they begin");
	passes(&bed, &limit);
	tap_ok(tap, limit_bed_head(&bed)->origin, "who charges does");
	limit_bed_free(&bed);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, TESTS);

	check_bursts(&tap);
	check_rate(&tap, 10, 5, 100000);
	check_rate(&tap, 333, 5, 10007);
	check_rate(&tap, 1000, 10, 13000);
	check_rate(&tap, 100000, 1000, 1300000);
	check_conforming(&tap);
	check_spans(&tap);
	check_choice(&tap);
	check_origin(&tap);
	return tap_end(&tap);
}
