// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_races - two threads change a table at the same moment, as rules on two
 * processors and tools do: what each was told is what the table has then.
 */
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "sets/table.h"
#include "tap.h"

#define SIDES 2
#define ROUNDS 100000

struct race {
	struct set_table table;
	struct set_table next; /* that is to replace it */
	const struct contest *contest;
	unsigned int round, arrived;
	struct tg_set_key keys[SIDES];
	unsigned int wrong;
};

/* Both sides run at once; one checks then, and prepares the next round. */
struct contest {
	const char *what;
	uint32_t buckets, size;
	void (*prepare)(struct race *race);
	void (*run)(struct race *race, unsigned int side);
	bool (*is_right)(const struct race *race);
};

static struct tg_set_key key_of(uint32_t address)
{
	return (struct tg_set_key){ .words = { address },
				    .form = TG_SET_FORM_IP4(32) };
}

static int add(struct race *race, unsigned int number,
	       const struct tg_set_key *key, uint32_t deadline)
{
	struct tg_set_at at = set_at(&race->table, number);
	struct tg_set_wish wish = { .key = *key,
				    .now = set_clock,
				    .deadline = deadline };

	return tg_set_add(&at, &wish);
}

/* As tools do: an earlier deadline takes the place of a later one. */
static int set_deadline(struct race *race, unsigned int number,
			const struct tg_set_key *key, uint32_t deadline)
{
	struct tg_set_at at = set_at(&race->table, number);
	struct tg_set_wish wish = {
		.key = *key, .now = set_clock, .deadline = deadline, .exact = 1
	};

	return tg_set_add(&at, &wish);
}

static int del(struct race *race, unsigned int number,
	       const struct tg_set_key *key)
{
	struct tg_set_at at = set_at(&race->table, number);
	struct tg_set_wish wish = { .key = *key, .now = set_clock };

	return tg_set_del(&at, &wish);
}

static uint32_t find_in(const struct set_table *table,
			const struct tg_set_key *key)
{
	struct tg_set_sums sums = tg_set_find(&table->memory, key);

	return tg_set_result(&sums);
}

static uint32_t find(const struct race *race, const struct tg_set_key *key)
{
	return find_in(&race->table, key);
}

static uint32_t entries_of(const struct race *race, unsigned int number)
{
	struct set_counts counts;

	return set_table_count(&race->table, ~0U, set_clock, &counts)
		       ? counts.entries[number]
		       : UINT32_MAX;
}

/* --- contests */

static void prolong(struct race *race, unsigned int side)
{
	(void)side;
	add(race, 0, &race->keys[0], set_clock + 1000);
}

static void let_time_pass(struct race *race)
{
	set_clock++;
	race->keys[0] = key_of(7);
	if (race->round == 0)
		add(race, 0, &race->keys[0], set_clock + 500);
}

static bool has_one_entry(const struct race *race)
{
	return race->round % 64 || entries_of(race, 0) == 1;
}

static void prepare_shared(struct race *race)
{
	race->keys[0] = key_of(7);
	add(race, 0, &race->keys[0], TG_SET_FOREVER);
	del(race, 1, &race->keys[0]);
}

/* An addition takes longer: the other begins later, by some time or other. */
static void delete_or_join(struct race *race, unsigned int side)
{
	if (side) {
		add(race, 1, &race->keys[0], TG_SET_FOREVER);
		return;
	}
	for (unsigned int i = 0; i < race->round % 8; i++)
		find(race, &race->keys[0]);
	del(race, 0, &race->keys[0]);
}

static bool is_in_second(const struct race *race)
{
	return find(race, &race->keys[0]) == 2;
}

/* A key that expired long ago, and another one that is to have its place. */
static void prepare_expired(struct race *race)
{
	static uint32_t next = 1;
	uint64_t hash[SIDES];

	set_clock += 100;
	race->keys[0] = key_of(next++);
	hash[0] = tg_set_hash(set_head(&race->table.memory), &race->keys[0]);
	do {
		race->keys[1] = key_of(next++);
		hash[1] = tg_set_hash(set_head(&race->table.memory),
				      &race->keys[1]);
	} while (tg_set_first_lane(hash[0]) != tg_set_first_lane(hash[1]) ||
		 tg_set_mark(hash[0]) == tg_set_mark(hash[1]));
	add(race, 0, &race->keys[0], set_clock + 1);
	set_clock += 2 * TG_SET_GRACE;
}

static void add_each(struct race *race, unsigned int side)
{
	add(race, 0, &race->keys[side], set_clock + 10);
}

static bool has_both(const struct race *race)
{
	return find(race, &race->keys[0]) == 1 &&
	       find(race, &race->keys[1]) == 1;
}

static void look_up_or_add(struct race *race, unsigned int side)
{
	if (side)
		add(race, 0, &race->keys[1], set_clock + 10);
	else
		for (int i = 0; i < 4; i++)
			race->wrong += find(race, &race->keys[0]) != 0;
}

static bool has_second(const struct race *race)
{
	return find(race, &race->keys[1]) == 1;
}

/* The keys of the last round have expired, and are off the count. */
static void prepare_one_place(struct race *race)
{
	struct tg_set_at at = set_at(&race->table, 0);

	set_clock += 1000;
	for (unsigned int i = 0; i < SIDES; i++)
		race->keys[i] = key_of(2 * race->round + i);
	set_advance(&at, set_clock);
}

static bool has_one_at_most(const struct race *race)
{
	return !find(race, &race->keys[0]) + !find(race, &race->keys[1]) == 1 &&
	       set_line(&race->table.memory, 0)->count == 1;
}

/* One key for both, which has no entry yet. */
static void prepare_new_key(struct race *race)
{
	prepare_one_place(race);
	race->keys[1] = race->keys[0];
}

/* Rules that add for different times are one entry, too. */
static void add_for_times(struct race *race, unsigned int side)
{
	add(race, 0, &race->keys[side], set_clock + 10 + 5 * side);
}

static bool is_one_entry(const struct race *race)
{
	return find(race, &race->keys[0]) == 1 &&
	       set_line(&race->table.memory, 0)->count == 1;
}

/* A tool cuts short what a rule adds. */
static void add_or_cut(struct race *race, unsigned int side)
{
	if (side)
		set_deadline(race, 0, &race->keys[0], set_clock + 5);
	else
		add(race, 0, &race->keys[0], set_clock + 30);
}

/* Two sets have the key until the same moment: it is one entry. */
static void prepare_shared_until(struct race *race)
{
	prepare_new_key(race);
	for (unsigned int i = 0; i < 2; i++)
		add(race, i, &race->keys[0], set_clock + 10);
}

static void add_or_defer(struct race *race, unsigned int side)
{
	if (side)
		set_deadline(race, 0, &race->keys[0], set_clock + 20);
	else
		add(race, 0, &race->keys[0], set_clock + 30);
}

static bool is_one_of_both(const struct race *race)
{
	return find(race, &race->keys[0]) == 3 &&
	       set_line(&race->table.memory, 0)->count == 1;
}

/* Another rule deletes it meanwhile: it is there and counted, or neither. */
static void add_or_delete(struct race *race, unsigned int side)
{
	if (side)
		del(race, 0, &race->keys[0]);
	else
		add(race, 0, &race->keys[0], set_clock + 10);
}

static bool is_counted_right(const struct race *race)
{
	return set_line(&race->table.memory, 0)->count ==
	       (find(race, &race->keys[0]) == 1);
}

/*
 * A tool copies the table to the next one, while a rule changes a key in this
 * table, and then in the next one.
 */
static void change_both(struct race *race, uint32_t deadline)
{
	struct tg_set_wish wish = { .key = race->keys[0],
				    .now = set_clock,
				    .deadline = deadline };
	struct tg_set_at at = set_at(&race->table, 0);
	struct tg_set_at at_next = set_at(&race->next, 0);

	tg_set_apply(&at, &wish);
	tg_set_apply(&at_next, &wish);
}

static void prepare_copy(struct race *race)
{
	struct tg_set_at at = set_at(&race->table, 0);
	struct tg_set_at at_next = set_at(&race->next, 0);

	set_clock += 1000;
	set_advance(&at, set_clock);
	set_advance(&at_next, set_clock);
	race->keys[0] = key_of(race->round);
	add(race, 0, &race->keys[0], set_clock + 20);
}

/* The rule begins at some moment of the copying, and changes it often. */
static void copy_or_delete(struct race *race, unsigned int side)
{
	if (!side) {
		set_table_copy(&race->table, &race->next, 1, set_clock);
		return;
	}
	for (unsigned int i = 0; i < race->round % 16; i++)
		find(race, &race->keys[0]);
	for (unsigned int i = 0; i < 4; i++) {
		change_both(race, set_clock + 20);
		change_both(race, 0);
	}
}

static bool is_in_neither(const struct race *race)
{
	return !find(race, &race->keys[0]) &&
	       !find_in(&race->next, &race->keys[0]);
}

static void copy_or_prolong(struct race *race, unsigned int side)
{
	if (!side) {
		set_table_copy(&race->table, &race->next, 1, set_clock);
		return;
	}
	for (unsigned int i = 0; i < race->round % 16; i++)
		find(race, &race->keys[0]);
	change_both(race, set_clock + 50);
}

static bool is_prolonged_in(const struct set_table *table,
			    const struct tg_set_key *key)
{
	struct set_entry entry = { .key = *key, .is_hashed = true };

	return set_table_get((struct set_table *)table, 0, &entry, set_clock) ==
	       set_clock + 50;
}

static bool is_prolonged_in_both(const struct race *race)
{
	return is_prolonged_in(&race->table, &race->keys[0]) &&
	       is_prolonged_in(&race->next, &race->keys[0]);
}

static const struct contest contests[] = {
	{ "an entry that two prolong at once stays one entry", 64, 1000,
	  let_time_pass, prolong, has_one_entry },
	{ "an entry leaves a set while it joins another", 64, 1000,
	  prepare_shared, delete_or_join, is_in_second },
	{ "an expired entry is added again while its place is claimed", 1, 1000,
	  prepare_expired, add_each, has_both },
	{ "an expired entry is not found while its place is claimed", 1, 1000,
	  prepare_expired, look_up_or_add, has_second },
	{ "two that add at once do not exceed the set's size", 64, 1,
	  prepare_one_place, add_each, has_one_at_most },
	{ "two that add the same new key at once make one entry", 64, 1000,
	  prepare_new_key, add_each, is_one_entry },
	{ "two that add a new key for different times make one entry", 64, 1000,
	  prepare_new_key, add_for_times, is_one_entry },
	{ "a new key that a tool cuts short at once stays one entry", 64, 1000,
	  prepare_new_key, add_or_cut, is_one_entry },
	{ "a shared entry that a rule prolongs and a tool cuts short stays", 64,
	  1000, prepare_shared_until, add_or_cut, is_one_of_both },
	{ "a shared entry that a rule and a tool prolong at once stays", 64,
	  1000, prepare_shared_until, add_or_defer, is_one_of_both },
	{ "a new key that another side deletes is counted if it stays", 64,
	  1000, prepare_new_key, add_or_delete, is_counted_right },
	{ "a key that a rule deletes while it is copied stays deleted", 16,
	  1000, prepare_copy, copy_or_delete, is_in_neither },
	{ "a key that a rule prolongs while it is copied stays prolonged", 16,
	  1000, prepare_copy, copy_or_prolong, is_prolonged_in_both },
};
#define CONTESTS (sizeof(contests) / sizeof(*contests))

/* --- rounds */

/* Both threads go on at about the same moment. */
static void meet(struct race *race, unsigned int count)
{
	__sync_fetch_and_add(&race->arrived, 1);
	for (unsigned int i = 1;
	     __atomic_load_n(&race->arrived, __ATOMIC_ACQUIRE) < count; i++)
		if (i % 1024 == 0)
			sched_yield();
}

static void *second_side(void *context)
{
	struct race *race = context;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		meet(race, 2 * SIDES * i + SIDES);
		race->contest->run(race, 1);
		meet(race, 2 * SIDES * i + 2 * SIDES);
	}
	return NULL;
}

static void first_side(struct race *race)
{
	const struct contest *contest = race->contest;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		race->round = i;
		contest->prepare(race);
		meet(race, 2 * SIDES * i + SIDES);
		contest->run(race, 0);
		meet(race, 2 * SIDES * i + 2 * SIDES);
		race->wrong += !contest->is_right(race);
	}
}

static bool make(struct set_table *table, const struct contest *contest)
{
	const uint32_t secret[6] = { 1, 23, 345, 4567, 56789, 678901 };
	struct set_shape shape = { .buckets = contest->buckets, .arena = 16 };
	struct set_memory *memory = &table->memory;

	memory->lines = set_shape_least(&shape);
	memory->start =
		aligned_alloc(TG_SET_LINE, (size_t)memory->lines * TG_SET_LINE);
	if (!memory->start)
		return false;
	memset(memory->start, 0, (size_t)memory->lines * TG_SET_LINE);
	set_table_format(table, &shape, secret);
	for (unsigned int i = 0; i < 2; i++) {
		set_define(table, i, i ? "second" : "first", TG_SET_ADDRESSES,
			   contest->size, 0, set_clock);
		set_line(memory, i)->shift = 0;
		set_line(memory, i)->hand = set_clock;
	}
	return true;
}

static void run(struct tap *tap, const struct contest *contest)
{
	struct race race = { .contest = contest };
	pthread_t thread;
	bool is_right;

	set_clock = 1000;
	is_right = make(&race.table, contest) && make(&race.next, contest) &&
		   !pthread_create(&thread, NULL, second_side, &race);
	if (is_right) {
		first_side(&race);
		pthread_join(thread, NULL);
	}
	if (!tap_ok(tap, is_right && !race.wrong, "%s", contest->what))
		tap_note(tap, "wrong: %u of %u rounds", race.wrong, ROUNDS);
	set_table_close(&race.table);
	set_table_close(&race.next);
	free(race.table.memory.start);
	free(race.next.memory.start);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, CONTESTS);

	for (size_t i = 0; i < CONTESTS; i++)
		run(&tap, &contests[i]);
	return tap_end(&tap);
}
