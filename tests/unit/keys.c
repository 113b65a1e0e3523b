// SPDX-License-Identifier: GPL-2.0-only
/*
 * keys - lays out intervals of keys as tries and as searches, and compares the
 * policy plugin's lookup with a linear search.
 */
#include <string.h>

#include "sanitized.h"
#include "tap.h"

static const uint8_t *table;
static size_t table_size;

#define tg_table_start() ((const char *)table)
#define tg_table_size() table_size

#include "policy_class.h"

#include "policy/compile/emit/tables.h"

/* keys-fast is built without sanitizers. */
#define STARTS_MAX SANITIZED_OR(4000, 20000)
#define MANY_STARTS SANITIZED_OR(40000, 200000)
#define KEYS_AT_RANDOM SANITIZED_OR(4000, 20000)
#define CLASSES 1000

struct trial {
	struct dimension dimension;
	u128 starts[MANY_STARTS + 1];
	uint32_t numbers[MANY_STARTS + 2];
	unsigned int bits;
	bool is_trie;
	struct tg_policy_trie trie;
	struct tg_policy_wide wide;
	struct blob blob;
	uint8_t *bytes; /* exactly the blob's size, for the sanitizers */
};

static struct trial trial;
static uint64_t random_state;

static uint64_t random_word(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static u128 random_key(void)
{
	u128 key = (u128)random_word() << 64 | random_word();

	return key & trial.dimension.max;
}

static void begin(unsigned int bits)
{
	memset(&trial, 0, sizeof(trial));
	random_state = 88172645463325252ULL;
	trial.bits = bits;
	trial.dimension.starts = trial.starts;
	trial.dimension.max = ~(u128)0 >> (128 - bits);
	trial.dimension.interval_count = 1;
	blob_init(&trial.blob, 256 << 20);
	blob_reserve(&trial.blob, 64, 4); /* stands for preceding tables */
}

static void add(u128 start)
{
	trial.starts[trial.dimension.interval_count++] =
		start & trial.dimension.max;
}

static int compare(const void *a, const void *b)
{
	u128 one = *(const u128 *)a, other = *(const u128 *)b;

	return (one > other) - (one < other);
}

static void sort_starts(void)
{
	uint32_t kept = 1;

	qsort(trial.starts, trial.dimension.interval_count, sizeof(u128),
	      compare);
	for (uint32_t i = 1; i < trial.dimension.interval_count; i++) {
		if (trial.starts[i] != trial.starts[kept - 1])
			trial.starts[kept++] = trial.starts[i];
	}
	trial.dimension.interval_count = kept;
}

static uint32_t interval_of(u128 key)
{
	uint32_t from = 0, to = trial.dimension.interval_count;

	while (to - from > 1) {
		uint32_t middle = (from + to) / 2;

		if (trial.starts[middle] <= key)
			from = middle;
		else
			to = middle;
	}
	return from;
}

static uint32_t find(u128 key)
{
	struct tg_wide_key wide_key = { key, 0, trial.bits };

	if (trial.is_trie)
		return tg_class_trie(&trial.trie, key) / TG_CLASS(1);
	if (trial.bits == 128)
		wide_key = (struct tg_wide_key){ key >> 64, key, 128 };
	if (trial.bits == 32)
		return tg_class_wide4(&trial.wide, key) / TG_CLASS(1);
	return tg_class_wide(&trial.wide, wide_key) / TG_CLASS(1);
}

static bool agrees(u128 key, bool by_class)
{
	uint32_t interval = interval_of(key & trial.dimension.max);

	return find(key & trial.dimension.max) ==
	       (by_class ? trial.numbers[interval] : interval);
}

static bool all_agree(bool by_class)
{
	for (uint32_t i = 0; i < trial.dimension.interval_count; i++) {
		for (int away = -1; away <= 1; away++) {
			if (!agrees(trial.starts[i] + away, by_class))
				return false;
		}
	}
	for (int i = 0; i < KEYS_AT_RANDOM; i++) {
		if (!agrees(random_key(), by_class))
			return false;
	}
	return true;
}

static int lay_out(const struct numbering *numbering)
{
	if (trial.is_trie)
		return table_trie(&trial.blob, numbering, trial.blob.limit,
				  &trial.trie);
	return table_wide(&trial.blob, numbering, trial.bits, trial.bits == 32,
			  &trial.wide);
}

static bool is_right(bool by_class)
{
	bool agree;

	trial.bytes = malloc(trial.blob.size);
	memcpy(trial.bytes, trial.blob.bytes, trial.blob.size);
	table = trial.bytes;
	table_size = trial.blob.size;
	agree = all_agree(by_class);
	free(trial.bytes);
	return agree;
}

enum numbers { RANKS, CLASSES_AT_RANDOM, ONE_CLASS_OUTSIDE };

static int put(bool is_trie, enum numbers by)
{
	uint32_t count = trial.dimension.interval_count;
	struct numbering numbering = { .dimension = &trial.dimension,
				       .count = by == RANKS ? count : CLASSES };

	trial.is_trie = is_trie;
	if (by != RANKS)
		numbering.numbers = trial.numbers;
	for (uint32_t i = 0; i < count; i++)
		trial.numbers[i] = random_word() % CLASSES;
	if (by == ONE_CLASS_OUTSIDE)
		trial.numbers[count - 1] = trial.numbers[0];
	return lay_out(&numbering);
}

static bool is_found(bool is_trie)
{
	for (enum numbers by = RANKS; by <= ONE_CLASS_OUTSIDE; by++) {
		if (put(is_trie, by) || !is_right(by != RANKS))
			return false;
	}
	return true;
}

/* Prints the resulting layout as part of the test's name. */
static void check_search(struct tap *tap, const char *what)
{
	sort_starts();
	tap_ok(tap, is_found(false), "%u bits: %s", trial.bits, what);
	tap_note(tap,
		 "%u starts of %u bytes: %u steps, %u halvings, %u compares",
		 trial.dimension.interval_count - 1, trial.wide.start_size,
		 trial.wide.steps, trial.wide.halvings, trial.wide.compares);
}

static void check_trie(struct tap *tap, const char *what)
{
	tap_ok(tap, is_found(true), "a trie: %s", what);
	tap_note(tap, "the root has %u words, a page %u or %u",
		 UINT32_MAX / (1U << trial.trie.root_shift) + 1,
		 trial.trie.middle_mask + 1, trial.trie.low_mask + 1);
}

static void check(struct tap *tap, const char *what)
{
	check_search(tap, what);
	if (trial.bits == 32)
		check_trie(tap, what);
	blob_free(&trial.blob);
}

static void test_few(struct tap *tap, unsigned int bits)
{
	begin(bits);
	check(tap, "one interval is all there is");
	begin(bits);
	add(1);
	check(tap, "only the value 0 is another one");
	begin(bits);
	add(trial.dimension.max);
	check(tap, "only the last value is another one");
	begin(bits);
	for (int i = 0; i < 8; i++)
		add((u128)1 << (bits - 1 - i));
	check(tap, "one more than are compared at once");
}

static void test_spread(struct tap *tap, unsigned int bits)
{
	begin(bits);
	for (int i = 0; i < STARTS_MAX; i++)
		add(random_key());
	check(tap, "starts that are spread evenly");

	begin(bits);
	for (int i = 0; i < STARTS_MAX; i++)
		add(trial.dimension.max - i);
	check(tap, "starts side by side at the end");

	begin(bits);
	for (int i = 0; i < STARTS_MAX; i++)
		add((u128)i + 1);
	check(tap, "starts side by side at the beginning");
}

/*
 * Distributed like addresses: few networks, with some subnets and hosts each.
 */
static void test_clusters(struct tap *tap, unsigned int bits)
{
	begin(bits);
	for (int network = 0; network < 20; network++) {
		u128 first = random_key() >> (bits / 2) << (bits / 2);

		for (int i = 0; i < STARTS_MAX / 20; i++) {
			unsigned int low = random_word() % (bits / 2);

			add(first | (random_key() >> (bits / 2) >> low << low));
		}
	}
	check(tap, "starts in some networks, coarse and fine");

	begin(bits);
	for (int i = 0; i < STARTS_MAX; i++)
		add(random_key() >> (random_word() % bits));
	check(tap, "starts that get rarer with their size");
}

/* Adds networks of 16 bits with hosts each; borders are starts as well. */
static void add_networks(int networks, int hosts)
{
	for (int network = 0; network < networks; network++) {
		u128 first = random_key() >> 16 << 16;

		add(first);
		for (int i = 1; i < hosts; i++)
			add(first | (random_key() & 0xffff));
		add(first + 0xffff);
	}
}

static void test_short_starts(struct tap *tap)
{
	static const int hosts[] = { 3, 20, 600 };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		char what[64];

		begin(32);
		add_networks(MANY_STARTS / (hosts[i] + 1), hosts[i]);
		snprintf(what, sizeof(what), "networks of %d hosts", hosts[i]);
		check_search(tap, what);
		blob_free(&trial.blob);
	}
}

/* The word used by windows is the same in all starts. */
static void test_one_network(struct tap *tap)
{
	u128 network = (u128)0x20010db800000001ULL << 64;

	begin(128);
	for (int i = 0; i < STARTS_MAX; i++)
		add(network | random_word());
	check(tap, "hosts of one network");

	begin(128);
	for (int i = 0; i < STARTS_MAX; i++)
		add(network + ((u128)(random_word() % 1000) << 64) +
		    (random_word() % 4 ? 0 : random_word()));
	check(tap, "networks, and hosts in some of them");
}

/* With any limit, a table is complete or rejected. */
static void test_no_room(struct tap *tap, bool is_trie, enum numbers by)
{
	bool ok = true, was_refused = false, is_there = false;

	for (size_t limit = 64; limit < 1 << 20 && !is_there;
	     limit += limit / 8) {
		begin(32);
		for (int i = 0; i < 40; i++)
			add(random_key() >> 4 << 4);
		sort_starts();
		trial.blob.limit = limit;
		is_there = !put(is_trie, by);
		was_refused |= !is_there;
		ok &= !is_there || is_right(by != RANKS);
		blob_free(&trial.blob);
	}
	tap_ok(tap, ok && was_refused && is_there,
	       "%s of %s is whole, or refused for want of room",
	       is_trie ? "a trie" : "a search",
	       by == RANKS ? "ranks" : "classes");
}

int main(void)
{
	static const unsigned int bits[] = { 32, 48, 128 };
	struct tap tap = tap_plan(stdout, 4 * 9 + 3 + 2 + 3);

	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++) {
		test_few(&tap, bits[i]);
		test_spread(&tap, bits[i]);
		test_clusters(&tap, bits[i]);
	}
	test_short_starts(&tap);
	test_one_network(&tap);
	test_no_room(&tap, false, RANKS);
	test_no_room(&tap, false, CLASSES_AT_RANDOM);
	test_no_room(&tap, true, CLASSES_AT_RANDOM);
	return tap_end(&tap);
}
