// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow_races - threads add, find and change flows of a table at the same
 * moment, as programs on several processors and tools do.
 */
#include <pthread.h>
#include <sched.h>

#include "flow_bed.h"
#include "tap.h"

#define SIDES_MAX 4
#define BATCH 64 /* flows of a round */
#define LIFE 10

struct race {
	struct flow_bed bed;
	const struct contest *contest;
	unsigned int round, arrived;
	uint32_t added[BATCH];
	uint32_t twins[2]; /* flows with the same mark */
	uint32_t twin_deadline;
	bool is_prolonged;
	uint32_t times[TG_FLOW_STATES_MAX];
	unsigned int wrong;
};

/* All sides run at once; one checks then, and prepares the next round. */
struct contest {
	const char *what;
	uint32_t buckets;
	unsigned int sides, rounds;
	void (*prepare)(struct race *race);
	void (*run)(struct race *race, unsigned int side);
	bool (*is_right)(const struct race *race);
};

/* Every second side sees the replies. */
static struct tg_flow_key key_of(uint32_t number, unsigned int side)
{
	struct tg_flow_key key = flow_bed_key(number);

	if (side % 2)
		key = flow_bed_reply(&key);
	tg_flow_order(&key);
	return key;
}

static bool find(const struct race *race, const struct tg_flow_key *key,
		 struct tg_flow_place *place)
{
	return flow_bed_find(&race->bed, key, place);
}

static bool is_there(const struct race *race, uint32_t number)
{
	struct tg_flow_key key = key_of(number, 0);
	struct tg_flow_place place;

	return find(race, &key, &place);
}

/* Entries of the flow that have not expired. */
static uint32_t count(const struct race *race, uint32_t number)
{
	uint32_t ways = flow_bed_head(&race->bed)->buckets * TG_FLOW_WAYS;
	struct tg_flow_key key = key_of(number, 0);
	uint32_t sum = 0;

	for (uint32_t i = 0; i < ways; i++)
		if (*flow_bed_word(&race->bed, i) &&
		    tg_flow_is_live(*flow_bed_word(&race->bed, i),
				    race->bed.clock))
			sum += tg_flow_is_key(flow_bed_flow(&race->bed, i),
					      &key);
	return sum;
}

/* Entries that nobody has finished or taken back. */
static uint32_t count_pending(const struct race *race)
{
	uint32_t ways = flow_bed_head(&race->bed)->buckets * TG_FLOW_WAYS;
	uint32_t sum = 0;

	for (uint32_t i = 0; i < ways; i++)
		sum += *flow_bed_word(&race->bed, i) &&
		       TG_FLOW_STATE_OF(*flow_bed_word(&race->bed, i)) ==
			       TG_FLOW_PENDING;
	return sum;
}

/* --- contests */

static void let_all_expire(struct race *race)
{
	race->bed.clock += LIFE;
	memset(race->added, 0, sizeof(race->added));
}

/* As for packets of flows: look one up, and add it if it is not there. */
static void add_all(struct race *race, unsigned int side)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct tg_flow_key key = key_of(i, side);
		struct tg_flow_place place;
		int answer;

		if (find(race, &key, &place))
			continue;
		answer = flow_bed_add(&race->bed, &key, TG_FLOW_UDP_SENT, LIFE);
		if (answer == TG_FLOW_ADDED)
			__sync_fetch_and_add(&race->added[i], 1);
		else if (answer != TG_FLOW_THERE)
			__sync_fetch_and_add(&race->wrong, 1);
	}
}

static bool has_each_once(const struct race *race)
{
	for (uint32_t i = 0; i < BATCH; i++)
		if (race->added[i] != 1 || !is_there(race, i))
			return false;
	if (race->round % 64)
		return true;
	for (uint32_t i = 0; i < BATCH; i++)
		if (count(race, i) != 1)
			return false;
	return !count_pending(race);
}

static void add_one(struct race *race)
{
	struct tg_flow_key key = key_of(7, 0);

	let_all_expire(race);
	flow_bed_add(&race->bed, &key, TG_FLOW_UDP_SENT, LIFE);
}

/* Each side counts up what is in the word's flags. */
static void count_up(struct race *race, unsigned int side)
{
	struct tg_flow_key key = key_of(7, side);
	struct tg_flow_place place;

	for (uint32_t i = 0; i < BATCH / 2; i++) {
		int answer = TG_FLOW_CHANGED;

		if (!find(race, &key, &place))
			return;
		while (answer == TG_FLOW_CHANGED)
			answer = tg_flow_update(&place, TG_FLOW_UDP_SENT,
						TG_FLOW_FLAGS(place.seen) + 1,
						race->bed.clock, race->times);
	}
}

static bool has_all_counts(const struct race *race)
{
	struct tg_flow_key key = key_of(7, 0);
	struct tg_flow_place place;

	return find(race, &key, &place) &&
	       TG_FLOW_FLAGS(place.seen) == BATCH / 2 * race->contest->sides;
}

/* Two flows with the same mark. */
static void find_twins(struct race *race)
{
	static uint32_t seen[1 << 16]; /* number + 1, by mark */
	struct tg_flow_key key;
	uint32_t number = 0, *at;

	for (;; number++) {
		key = key_of(number, 0);
		at = &seen[tg_flow_mark(
			tg_flow_hash(flow_bed_head(&race->bed), &key))];
		if (*at)
			break;
		*at = number + 1;
	}
	race->twins[0] = *at - 1;
	race->twins[1] = number;
	memset(seen, 0, sizeof(seen));
}

/*
 * A bucket in which only the first twin may make room for the second one: it is
 * about to expire.
 */
static void prepare_last_way(struct race *race)
{
	struct tg_flow_key key;

	if (!race->round)
		find_twins(race);
	for (uint32_t i = 0; i < TG_FLOW_WAYS; i++)
		*flow_bed_word(&race->bed, i) =
			i ? TG_FLOW_WORD(TG_FLOW_BUSY, 0, 0, 0) : 0;
	race->is_prolonged = false;
	race->bed.clock += LIFE;
	race->twin_deadline = race->bed.clock + 1;
	key = key_of(race->twins[0], 0);
	flow_bed_add(&race->bed, &key, TG_FLOW_UDP_SENT, 1);
}

static void replace_or_prolong(struct race *race, unsigned int side)
{
	struct tg_flow_key key = key_of(race->twins[!side], side);
	struct tg_flow_place place;

	if (!side) {
		__sync_fetch_and_add(&race->bed.clock, 1);
		flow_bed_add(&race->bed, &key, TG_FLOW_UDP_SENT, LIFE);
		return;
	}
	for (unsigned int i = 0; i < race->round % 8; i++)
		if (find(race, &key, &place) &&
		    TG_FLOW_DEADLINE(place.seen) != race->twin_deadline)
			__sync_fetch_and_add(&race->wrong, 1);
	race->is_prolonged =
		find(race, &key, &place) &&
		tg_flow_update(&place, TG_FLOW_UDP_SENT, 0, race->bed.clock,
			       race->times) == TG_FLOW_UPDATED;
}

static bool has_one_twin(const struct race *race)
{
	return is_there(race, race->twins[0]) == race->is_prolonged &&
	       is_there(race, race->twins[1]) == !race->is_prolonged;
}

static const struct contest contests[] = {
	{ "two sides add flows: each is there once", 64, 2, 20000,
	  let_all_expire, add_all, has_each_once },
	{ "four sides add flows: each is there once", 64, 4, 5000,
	  let_all_expire, add_all, has_each_once },
	{ "four sides add flows to a small table: each is there once", 16, 4,
	  5000, let_all_expire, add_all, has_each_once },
	{ "no change of a state is lost", 64, 2, 20000, add_one, count_up,
	  has_all_counts },
	{ "a flow is prolonged, or its way used for another, but not both", 1,
	  2, 100000, prepare_last_way, replace_or_prolong, has_one_twin },
};
#define CONTESTS (sizeof(contests) / sizeof(*contests))

/* --- rounds */

/* All threads go on at about the same moment. */
static void meet(struct race *race, unsigned int number)
{
	unsigned int all = number * race->contest->sides;

	__sync_fetch_and_add(&race->arrived, 1);
	for (unsigned int i = 1;
	     __atomic_load_n(&race->arrived, __ATOMIC_ACQUIRE) < all; i++)
		if (i % 256 == 0)
			sched_yield();
}

struct side {
	struct race *race;
	unsigned int number;
	pthread_t thread;
};

static void *run_side(void *context)
{
	struct side *side = context;
	struct race *race = side->race;
	const struct contest *contest = race->contest;

	for (unsigned int i = 0; i < contest->rounds; i++) {
		if (!side->number) {
			race->round = i;
			contest->prepare(race);
		}
		meet(race, 2 * i + 1);
		contest->run(race, side->number);
		meet(race, 2 * i + 2);
		if (!side->number && !contest->is_right(race))
			__sync_fetch_and_add(&race->wrong, 1);
	}
	return NULL;
}

static void run(struct tap *tap, const struct contest *contest)
{
	struct race race = { .contest = contest };
	struct side sides[SIDES_MAX];
	bool is_right = true;

	for (int i = 0; i < TG_FLOW_STATES; i++)
		race.times[i] = LIFE;
	flow_bed_make(&race.bed, contest->buckets);
	for (unsigned int i = 0; i < contest->sides; i++) {
		sides[i] = (struct side){ .race = &race, .number = i };
		if (i &&
		    pthread_create(&sides[i].thread, NULL, run_side, &sides[i]))
			abort();
	}
	run_side(&sides[0]);
	for (unsigned int i = 1; i < contest->sides; i++)
		is_right &= !pthread_join(sides[i].thread, NULL);
	if (!tap_ok(tap, is_right && !race.wrong, "%s", contest->what))
		tap_note(tap, "wrong: %u of %u rounds", race.wrong,
			 contest->rounds);
	flow_bed_free(&race.bed);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, CONTESTS);

	for (size_t i = 0; i < CONTESTS; i++)
		run(&tap, &contests[i]);
	return tap_end(&tap);
}
