// SPDX-License-Identifier: GPL-2.0-only
/* containers - growing lists, hash tables and arenas of tools/lib. */
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/hash.h"
#include "lib/vec.h"
#include "tap.h"

#define MANY 10000

/* Lets the allocator return NULL for too large requests. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void test_vec(struct tap *tap)
{
	uint32_t *list = NULL, *before;
	size_t count = 0, room = 0;
	bool ok = true;

	for (uint32_t i = 0; i < MANY && ok; i++) {
		ok = vec_reserve(list, room, count + 1) && count < room;
		if (ok)
			list[count++] = i;
	}
	for (uint32_t i = 0; i < count; i++)
		ok &= list[i] == i;
	tap_ok(tap, ok && count == MANY && room < 4 * MANY,
	       "a list keeps its elements while it grows");
	before = list;
	ok = !vec_reserve(list, room, SIZE_MAX / 2);
	tap_ok(tap, ok && list == before && list[MANY - 1] == MANY - 1,
	       "a list that cannot grow is as it was");
	free(list);
}

static size_t count_of(const struct hash *table, uint64_t hash, uint32_t wanted)
{
	size_t count = 0;
	uint32_t number;

	for (size_t step = 0; hash_next(table, hash, &step, &number);)
		count += number == wanted;
	return count;
}

static bool holds(const struct hash *table, uint64_t (*hash)(uint32_t),
		  uint32_t end)
{
	for (uint32_t i = 0; i < MANY; i++) {
		if (count_of(table, hash(i), i) != (i < end))
			return false;
	}
	return true;
}

static uint64_t spread(uint32_t number)
{
	return hash_mix(number);
}

/* Groups of eight numbers have the same hash; many hashes the same low bits. */
static uint64_t crowded(uint32_t number)
{
	return (uint64_t)(number / 8) << 40 | number / 128;
}

static void test_hash(struct tap *tap, uint64_t (*hash)(uint32_t),
		      const char *name)
{
	struct hash table = { 0 };
	bool ok = !count_of(&table, hash(1), 1);

	hash_cut(&table, 0);
	for (uint32_t i = 0; i < MANY; i++)
		ok &= hash_add(&table, hash(i), i);
	tap_ok(tap, ok && holds(&table, hash, MANY),
	       "%s: each entry is found, once", name);
	hash_cut(&table, 1234);
	tap_ok(tap, table.count == 1234 && holds(&table, hash, 1234),
	       "%s: what is cut off is not found", name);
	hash_free(&table);
	tap_ok(tap, !table.room && holds(&table, hash, 0),
	       "%s: a freed table is empty", name);
}

static void test_numbers(struct tap *tap)
{
	struct hash table = { 0 };
	bool ok = true;

	for (int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < MANY; i++) {
			uint32_t *number = hash_number(&table, hash_mix(i));

			ok &= number && *number == round * i;
			if (number)
				*number += i;
		}
	}
	tap_ok(tap, ok && table.count == MANY,
	       "a number starts at 0 and stays with its hash");
	hash_free(&table);
}

static void test_bytes(struct tap *tap)
{
	static const uint8_t bytes[64];
	struct hash table = { 0 };
	uint8_t copy[65];
	bool ok = true;

	for (size_t size = 0; size <= sizeof(bytes); size++) {
		uint32_t *number;

		/* unaligned */
		memcpy(copy + 1, bytes, size);
		ok &= hash_bytes(7, copy + 1, size) ==
		      hash_bytes(7, bytes, size);
		number = hash_number(&table, hash_bytes(7, bytes, size));
		ok &= number && !*number;
		if (number)
			*number = 1;
	}
	tap_ok(tap, ok, "bytes of another length have another hash");
	tap_ok(tap, hash_text("foobar", 6) == 0x85944171f73967e8ULL,
	       "texts are hashed by FNV-1a");
	hash_free(&table);
}

static void test_arena(struct tap *tap)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 1000, 300000 };
	struct arena arena = { 0 };
	uint8_t *pieces[700];
	bool ok = true;

	for (size_t i = 0; i < 700; i++) {
		pieces[i] = arena_try_alloc(&arena, sizes[i % 7]);
		ok &= pieces[i] && !((uintptr_t)pieces[i] % 16);
		if (pieces[i])
			memset(pieces[i], i, sizes[i % 7]);
	}
	for (size_t i = 0; i < 700 && ok; i++) {
		for (size_t j = 0; j < sizes[i % 7]; j++)
			ok &= pieces[i][j] == (uint8_t)i;
	}
	tap_ok(tap, ok, "pieces of an arena are aligned and do not overlap");
	tap_ok(tap, !strcmp(arena_try_copy(&arena, "text, more", 4), "text"),
	       "a copied text ends in 0");
	tap_ok(tap,
	       !arena_try_alloc(&arena, SIZE_MAX) &&
		       !arena_try_copy(&arena, "", SIZE_MAX),
	       "a piece that is too large is refused");
	arena_free(&arena);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 2 + 3 + 3 + 1 + 2 + 3);

	test_vec(&tap);
	test_hash(&tap, spread, "spread hashes");
	test_hash(&tap, crowded, "crowded hashes");
	test_numbers(&tap);
	test_bytes(&tap);
	test_arena(&tap);
	return tap_end(&tap);
}
