// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_hosts - keys are added to sets, prolonged, deleted, and expire, by a
 * clock of the test's own; the answers and the counts against a plain table.
 * Then threads that add, delete and look up at once: no key that was in all the
 * time is missed, and none is found that was never in.
 */
#include <pthread.h>
#include <string.h>

#include "sanitized.h"
#include "sets/memory.h"
#include "tap.h"

#define ROUNDS SANITIZED_OR(40, 200)
#define STEPS 20000
#define KEYS 600
#define SETS 4
#define TIME_MAX 400
#define SHIFT 3

struct bed {
	struct set_memory memory;
	unsigned int keys, size;
	uint32_t deadlines[KEYS][SETS]; /* 0: not in */
	bool is_timed;
};

static uint64_t state = 88172645463325252;

static unsigned int below(unsigned int limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state * 2685821657736338717 >> 33) % limit;
}

static struct tg_set_key key_of(unsigned int number)
{
	/* keys that differ in one part only, too */
	return (struct tg_set_key){
		.words = { number % 7 ? number / 2 : 1, number % 3,
			   number % 5 ? 0 : number, number % 2 },
		.port = number,
		.form = TG_SET_FORM_IP6(128),
	};
}

static bool make(struct set_memory *memory, unsigned int size)
{
	uint32_t buckets =
		size / 4 + 32; /* what has gone keeps its place for a second */
	struct tg_set_head head = {
		.buckets = buckets,
		.marks = TG_SET_SETS_END,
		.secret = { 1, 22, 333, 4444, 55555, 666667 },
	};

	head.entries = head.marks + buckets / TG_SET_BUCKETS_IN_LINE + 1;
	head.arena = head.entries +
		     buckets * TG_SET_WAYS / TG_SET_ENTRIES_IN_LINE + 1;
	memory->lines = head.lines = head.next = head.end = head.arena;
	memory->start =
		aligned_alloc(TG_SET_LINE, (size_t)head.lines * TG_SET_LINE);
	if (!memory->start)
		return false;
	memset(memory->start, 0, (size_t)head.lines * TG_SET_LINE);
	*set_head(memory) = head;
	for (int i = 0; i < SETS; i++) {
		set_line(memory, i)->size = size / SETS;
		set_line(memory, i)->shift = SHIFT;
	}
	return true;
}

static struct tg_set_at at_set(const struct set_memory *memory,
			       unsigned int number)
{
	return (struct tg_set_at){
		.table = memory,
		.set = set_line(memory, number),
		.number = number,
	};
}

static uint32_t find(const struct set_memory *memory, unsigned int number)
{
	struct tg_set_key key = key_of(number);
	struct tg_set_sums sums = tg_set_find(memory, &key);

	return tg_set_result(&sums);
}

/* --- against a table */

static bool is_in(const struct bed *bed, unsigned int key, unsigned int set)
{
	return bed->deadlines[key][set] > set_clock;
}

static unsigned int count_of(const struct bed *bed, unsigned int set)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < bed->keys; i++)
		count += is_in(bed, i, set);
	return count;
}

static bool add(struct bed *bed, unsigned int key, unsigned int number)
{
	struct tg_set_at at = at_set(&bed->memory, number);
	uint32_t *deadline = &bed->deadlines[key][number];
	struct tg_set_wish wish = {
		.key = key_of(key),
		.now = set_clock,
		.exact = below(2),
		.deadline = bed->is_timed && below(4)
				    ? set_clock + 1 + below(TIME_MAX)
				    : TG_SET_FOREVER,
	};
	bool was_in = is_in(bed, key, number);
	int answer = tg_set_add(&at, &wish);

	/* the wheel counts whole slots: a set may be full a little early */
	if (answer == TG_SET_FULL)
		return !was_in && at.set->count >= at.set->size;
	if ((answer == TG_SET_KEPT) != was_in)
		return false;
	if (!was_in || wish.exact || wish.deadline > *deadline)
		*deadline = wish.deadline;
	return true;
}

static bool del(struct bed *bed, unsigned int key, unsigned int number)
{
	struct tg_set_at at = at_set(&bed->memory, number);
	struct tg_set_wish wish = { .key = key_of(key), .now = set_clock };
	bool was_in = is_in(bed, key, number);

	bed->deadlines[key][number] = 0;
	return tg_set_del(&at, &wish) == was_in;
}

static bool look_up(const struct bed *bed, unsigned int key)
{
	uint32_t wanted = 0;

	for (unsigned int i = 0; i < SETS; i++)
		wanted |= (uint32_t)is_in(bed, key, i) << i;
	return find(&bed->memory, key) == wanted;
}

/* After a turn of the wheel what has passed is off the count. */
static bool counts_are_right(struct bed *bed)
{
	set_clock += TG_SET_WHEEL << SHIFT;
	for (unsigned int i = 0; i < SETS; i++) {
		struct tg_set_at at = at_set(&bed->memory, i);
		struct tg_set_wish wish = { .now = set_clock };
		struct tg_set_changing changing = { .at = &at, .wish = &wish };

		tg_set_advance(&changing);
		if (at.set->count != count_of(bed, i))
			return false;
	}
	return true;
}

static bool check_round(unsigned int round)
{
	static struct bed bed;
	bool is_right;

	bed = (struct bed){ .keys = 1 + below(KEYS), .is_timed = round % 3 };
	bed.size = SETS * (1 + below(bed.keys));
	is_right = make(&bed.memory, bed.size);
	for (unsigned int i = 0; i < STEPS && is_right; i++) {
		unsigned int key = below(bed.keys), set = below(SETS);

		if (!below(16))
			set_clock += below(20);
		is_right = below(3) ? add(&bed, key, set) : del(&bed, key, set);
		is_right = is_right && look_up(&bed, key) &&
			   look_up(&bed, below(bed.keys));
		if (is_right && i % 1024 == 0)
			is_right = counts_are_right(&bed);
	}
	free(bed.memory.start);
	return is_right;
}

/* --- at once */

#define STEADY 1000 /* keys that are in all the time */
#define CHANGING 1000
#define NEVER 1000
#define LOOKUPS SANITIZED_OR(300000, 3000000)

struct together {
	struct set_memory memory;
	bool is_over;
	unsigned int missed, invented, refused;
};

static void *change_all(void *context)
{
	struct together *together = context;
	struct tg_set_at at = at_set(&together->memory, 1);

	for (unsigned int i = 0;
	     !__atomic_load_n(&together->is_over, __ATOMIC_RELAXED); i++) {
		unsigned int key = STEADY + i * 7919 % CHANGING;
		struct tg_set_wish wish = { .key = key_of(key),
					    .now = set_clock,
					    .deadline = set_clock + 1 + i % 3 };

		if (tg_set_add(&at, &wish) == TG_SET_FULL)
			together->refused++;
		wish.deadline = 0;
		if (i % 3 == 0)
			tg_set_del(&at, &wish);
		if (i % 64 == 0)
			__sync_fetch_and_add(&set_clock, 1);
	}
	return NULL;
}

static void look_up_all(struct together *together)
{
	for (unsigned int i = 0; i < LOOKUPS; i++) {
		unsigned int key = i * 31 % (STEADY + CHANGING + NEVER);
		uint32_t sets = find(&together->memory, key);

		if (key < STEADY)
			together->missed += sets != 1;
		else if (key >= STEADY + CHANGING)
			together->invented += sets != 0;
		else
			together->invented += (sets & ~2U) != 0;
	}
}

static void check_together(struct tap *tap)
{
	struct together together = { 0 };
	struct tg_set_at at;
	pthread_t changers[2];

	make(&together.memory, 4 * SETS * (STEADY + CHANGING));
	at = at_set(&together.memory, 0);
	for (unsigned int i = 0; i < STEADY; i++)
		tg_set_add(&at,
			   &(struct tg_set_wish){ .key = key_of(i),
						  .now = set_clock,
						  .deadline = TG_SET_FOREVER });
	for (int i = 0; i < 2; i++)
		pthread_create(&changers[i], NULL, change_all, &together);
	look_up_all(&together);
	__atomic_store_n(&together.is_over, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++)
		pthread_join(changers[i], NULL);
	if (!tap_ok(tap, !together.missed && !together.invented,
		    "while two threads change a set, lookups of others stay "
		    "right"))
		tap_note(tap, "missed %u, invented %u", together.missed,
			 together.invented);
	tap_ok(tap, !together.refused, "what fits is never refused");
	free(together.memory.start);
}

/* --- marks that stand for a free place, or for one that is being claimed */

#define UNLUCKY 200

/* The next key from here on whose hash ends in 0 or 1. */
static struct tg_set_key next_unlucky(const struct tg_set_head *head,
				      uint32_t *number)
{
	struct tg_set_key key = { .form = TG_SET_FORM_IP4(32) };

	do
		key.words[0] = (*number)++;
	while ((tg_set_hash(head, &key) & 0xffff) >= TG_SET_MARK_MIN);
	return key;
}

static unsigned int count_found(const struct set_memory *memory,
				const struct tg_set_key *keys)
{
	unsigned int found = 0;

	for (int i = 0; i < UNLUCKY; i++) {
		struct tg_set_sums sums = tg_set_find(memory, &keys[i]);

		found += tg_set_result(&sums) == 1;
	}
	return found;
}

static void check_marks(struct tap *tap)
{
	struct tg_set_key keys[UNLUCKY];
	struct set_memory memory = { 0 };
	unsigned int added = 0, found = 0;
	uint32_t number = 1;
	struct tg_set_at at;

	if (make(&memory, SETS * UNLUCKY)) {
		at = at_set(&memory, 0);
		for (int i = 0; i < UNLUCKY; i++) {
			struct tg_set_wish wish = { .now = set_clock,
						    .deadline =
							    TG_SET_FOREVER };

			keys[i] = next_unlucky(set_head(&memory), &number);
			wish.key = keys[i];
			added += tg_set_add(&at, &wish) == TG_SET_ADDED;
		}
		found = count_found(&memory, keys);
	}
	if (!tap_ok(tap, added == UNLUCKY && found == UNLUCKY,
		    "keys whose hash looks like a free place keep theirs"))
		tap_note(tap, "added %u, found %u of %u", added, found,
			 UNLUCKY);
	free(memory.start);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 4);
	unsigned int round = 0;

	set_clock = 1000;
	while (round < ROUNDS && check_round(round))
		round++;
	if (!tap_ok(&tap, round == ROUNDS,
		    "keys that come, go and expire are what a plain table "
		    "says"))
		tap_note(&tap, "round %u", round);
	check_together(&tap);
	check_marks(&tap);
	return tap_end(&tap);
}
