// SPDX-License-Identifier: GPL-2.0-only
/*
 * limit_churn - random packets of more keys than the table is for, and each
 * answer compared with that of a schedule that is never forgotten.
 *
 * A key that has a place is given exactly its rate and burst. One may lose it
 * only when all that it owes is a packet, and a quarter of the burst at most:
 * then it may be given that much again, and nothing else.
 */
#include "limit_bed.h"
#include "sanitized.h"
#include "tap.h"

#define TESTS 12
#define MANY SANITIZED_OR(20000, 1000000)

struct churn {
	const char *name;
	uint32_t buckets, keys;
	uint64_t rate, burst;
	uint64_t gap;	/* units of time between two packets, on average */
	uint32_t heavy; /* this many keys send half of all packets */
	uint32_t asks;
	bool is_overfull;
};

/* The keys are more than the places, a second's packets than the rates. */
static const struct churn churns[] = {
	{ .name = "few places",
	  .buckets = 64,
	  .keys = 1000,
	  .rate = 10,
	  .burst = 20,
	  .gap = TG_LIMIT_SECOND / 20000,
	  .heavy = 20,
	  .asks = SANITIZED_OR(300000, 3000000),
	  .is_overfull = true },
	{ .name = "bursts of one",
	  .buckets = 64,
	  .keys = 1000,
	  .rate = 10,
	  .burst = 1,
	  .gap = TG_LIMIT_SECOND / 20000,
	  .heavy = 20,
	  .asks = SANITIZED_OR(300000, 3000000),
	  .is_overfull = true },
	{ .name = "many keys",
	  .buckets = TG_LIMIT_BUCKETS(MANY / 2),
	  .keys = MANY,
	  .rate = 1,
	  .burst = 5,
	  .gap = TG_LIMIT_SECOND / MANY * 2 / 5,
	  .heavy = 1000,
	  .asks = SANITIZED_OR(300000, 12000000),
	  .is_overfull = true },
};
#define CHURNS (sizeof(churns) / sizeof(*churns))

struct key {
	uint64_t schedule; /* that is never forgotten, but with the place */
	uint64_t passed, forgotten;
};

struct subject {
	const struct churn *churn;
	struct tg_limit limit;
	struct limit_bed bed;
	struct key *keys;
	uint64_t random, start;
	uint64_t wrong, forgotten, forgotten_more, full, full_of_known;
};

static uint64_t next_random(struct subject *subject)
{
	subject->random =
		subject->random * 6364136223846793005 + 1442695040888963407;
	return subject->random >> 24;
}

/* Half of the packets are of a few keys, which exceed the limit. */
static uint32_t choose_key(struct subject *subject)
{
	const struct churn *churn = subject->churn;
	bool is_heavy = next_random(subject) & 64;

	return next_random(subject) % (is_heavy ? churn->heavy : churn->keys);
}

static bool has_place(const struct limit_bed *bed,
		      const struct tg_limit_wish *wish)
{
	const struct tg_limit_head *head = limit_bed_head(bed);
	uint64_t name = wish->name;

	return tg_limit_find(bed, tg_limit_bucket(head, wish, name), name) ||
	       tg_limit_find(
		       bed,
		       tg_limit_bucket(head, wish, tg_flow_second_point(name)),
		       name);
}

/* What the key owes, if it is asked now. */
static uint64_t owed(const struct subject *subject, const struct key *key)
{
	uint64_t ahead = key->schedule - subject->bed.clock;

	return ahead > TG_LIMIT_BURST_MAX ? 0 : ahead;
}

/* The key has lost its place: how much it may be given again is bounded. */
static void forget(struct subject *subject, struct key *key)
{
	uint64_t debt = owed(subject, key);
	uint64_t most = subject->limit.price < subject->limit.burst / 4
				? subject->limit.price
				: subject->limit.burst / 4;

	if (!debt)
		return;
	subject->forgotten++;
	subject->forgotten_more += debt > most;
	key->forgotten += debt;
	key->schedule = subject->bed.clock;
}

static void ask(struct subject *subject, uint32_t number)
{
	struct key *key = &subject->keys[number];
	struct tg_limit_wish wish = { 0 };
	struct tg_end ends[TG_SIDES] = { 0 };
	bool is_known, is_within;
	enum tg_limit_answer answer;

	ends[TG_SIDE_FROM].address[0] = 0x0a000000 + number;
	limit_bed_asked = &subject->bed;
	tg_limit_set_key(&wish, &subject->limit, ends, 0);
	tg_limit_set_wish(&wish, &subject->limit, 64);
	wish.name = tg_limit_name(limit_bed_head(&subject->bed), &wish);
	is_known = has_place(&subject->bed, &wish);
	if (!is_known)
		forget(subject, key);
	is_within = owed(subject, key) + subject->limit.price <=
		    subject->limit.burst;
	answer = tg_limit_ask(&subject->bed, &wish);
	if (answer == TG_LIMIT_NO_PLACE) {
		subject->full++;
		subject->full_of_known += is_known;
		return;
	}
	subject->wrong += (answer == TG_LIMIT_YES) != is_within;
	if (answer != TG_LIMIT_YES)
		return;
	if (!owed(subject, key))
		key->schedule = subject->bed.clock;
	key->schedule += subject->limit.price;
	key->passed++;
}

/* Keys that were given more than rate, burst and what was forgotten. */
static uint32_t count_over(const struct subject *subject)
{
	uint64_t time = subject->bed.clock - subject->start;
	uint32_t over = 0;

	for (uint32_t i = 0; i < subject->churn->keys; i++) {
		const struct key *key = &subject->keys[i];

		over += key->passed * subject->limit.price >
			subject->limit.burst + time + key->forgotten;
	}
	return over;
}

static void run_churn(struct tap *tap, const struct churn *churn)
{
	struct subject subject = {
		.churn = churn,
		.limit = limit_of(churn->rate, 1, churn->burst,
				  TG_LIMIT_PER_FROM),
		.keys = calloc(churn->keys, sizeof(struct key)),
		.random = 7,
	};
	uint32_t over;

	if (!subject.keys)
		abort();
	limit_bed_make(&subject.bed, churn->buckets);
	subject.start = subject.bed.clock;
	for (uint32_t i = 0; i < churn->asks; i++) {
		ask(&subject, choose_key(&subject));
		subject.bed.clock += next_random(&subject) % (2 * churn->gap);
	}
	over = count_over(&subject);
	limit_bed_free(&subject.bed);
	free(subject.keys);
	tap_ok(tap, !subject.wrong,
	       "%s: a key is given its rate and burst, to the packet",
	       churn->name);
	tap_ok(tap, !subject.forgotten_more,
	       "%s: only what owes a packet, and a quarter of the burst at "
	       "most, is forgotten",
	       churn->name);
	tap_ok(tap,
	       !subject.full_of_known && (!churn->is_overfull ||
					  (subject.forgotten && subject.full)),
	       "%s: a key that has a place is never refused one", churn->name);
	tap_ok(tap, !over, "%s: none is given more in all", churn->name);
	tap_note(tap,
		 "%u asked; %llu wrong, %llu forgotten, %llu of them too much, "
		 "%llu without a place, %u keys over",
		 churn->asks, (unsigned long long)subject.wrong,
		 (unsigned long long)subject.forgotten,
		 (unsigned long long)subject.forgotten_more,
		 (unsigned long long)subject.full, over);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, TESTS);

	for (size_t i = 0; i < CHURNS; i++)
		run_churn(&tap, &churns[i]);
	return tap_end(&tap);
}
