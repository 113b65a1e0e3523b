// SPDX-License-Identifier: GPL-2.0-only
/*
 * limit_races - threads ask the same limits at once, while the clock goes on.
 * Of no key pass more than its rate and burst, but for one packet for each
 * other thread when the key gets its way; and none is given less.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "limit_bed.h"
#include "sanitized.h"
#include "tap.h"

#define TESTS 6
#define THREADS 3
#define ASKS SANITIZED_OR(300000, 3000000) /* of a thread */
#define KEYS 64
#define BURST 20
#define RATE 1000
#define STEP (TG_LIMIT_SECOND / RATE / 97) /* that an ask puts the clock on */

struct race {
	struct limit_bed bed;
	struct tg_limit limit;
	uint32_t keys;
	atomic_uint passed[KEYS];
	atomic_uint refused;
};

static void *run(void *argument)
{
	struct race *race = argument;
	struct tg_end ends[TG_SIDES] = { 0 };

	for (uint32_t i = 0; i < ASKS; i++) {
		uint32_t key = i % race->keys;

		ends[TG_SIDE_FROM].address[0] = 0xc6336400 + key;
		__atomic_fetch_add(&race->bed.clock, STEP, __ATOMIC_RELAXED);
		switch (limit_bed_ask(&race->bed, &race->limit, ends, 64)) {
		case TG_LIMIT_YES:
			atomic_fetch_add(&race->passed[key], 1);
			break;
		case TG_LIMIT_NO_PLACE:
			atomic_fetch_add(&race->refused, 1);
			break;
		case TG_LIMIT_NO:
			break;
		}
	}
	return NULL;
}

static void run_race(struct tap *tap, enum tg_limit_per per, uint32_t keys,
		     uint32_t tick, const char *what)
{
	struct race race = { .limit = limit_of(RATE, 1, BURST, per),
			     .keys = keys };
	pthread_t threads[THREADS];
	bool none_over = true, none_under = true;
	uint64_t start, due, slack, most;

	limit_bed_make(&race.bed, KEYS);
	limit_bed_head(&race.bed)->tick = tick;
	start = race.bed.clock;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, run, &race);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	due = (race.bed.clock - start) / race.limit.price;
	/* a refused packet may have been added for a moment */
	slack = due / 100 + BURST;
	most = due + BURST + THREADS + TG_LIMIT_TIME(tick) / race.limit.price;
	for (uint32_t i = 0; i < keys; i++) {
		uint64_t passed = race.passed[i];

		none_over &= passed <= most;
		none_under &= passed + slack >= due;
		if (passed > most || passed + slack < due)
			tap_note(tap, "key %u: %llu passed, %llu are due", i,
				 (unsigned long long)passed,
				 (unsigned long long)due);
	}
	tap_ok(tap, none_over, "%s: none passes that is over", what);
	tap_ok(tap, none_under && !race.refused, "%s: none is lost", what);
	limit_bed_free(&race.bed);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, TESTS);

	run_race(&tap, TG_LIMIT_PER_ALL, 1, 0, "one limit for all packets");
	run_race(&tap, TG_LIMIT_PER_FROM, KEYS, 0, "a limit for each source");
	run_race(&tap, TG_LIMIT_PER_FROM, KEYS, LIMIT_BED_TICK,
		 "a limit for each source, by ticks");
	return tap_end(&tap);
}
