/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hash table of numbers: indexes or offsets of what the caller keeps. The
 * table stores the whole hash of each entry and returns the entries with equal
 * hashes; the caller compares what they stand for:
 *
 *	for (size_t step = 0; hash_next(&table, hash, &step, &number);)
 *		if (is_equal(&list[number], wanted))
 *			return number;
 *	hash_add(&table, hash, count);
 */
#ifndef TG_HASH_H
#define TG_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_entry {
	uint64_t hash;
	uint32_t number;
	bool is_used;
};

/* All zero is an empty table. */
struct hash {
	struct hash_entry *entries;
	size_t count, room; /* room is 0 or a power of two */
};

/* Add an entry, also next to others with this hash. False: out of memory. */
bool hash_add(struct hash *table, uint64_t hash, uint32_t number);

/*
 * The number of the first entry with this hash; an entry with 0 is added if
 * there is none. For keys that a hash represents alone. NULL: out of memory;
 * valid until the next addition.
 */
uint32_t *hash_number(struct hash *table, uint64_t hash);

/* Remove the entries with this number or a larger one. */
void hash_cut(struct hash *table, uint32_t number);
void hash_free(struct hash *table);

/* Eight bytes a step. The seed is any number, or the hash of what precedes. */
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t size);

/* FNV-1a; its value is part of what objects contain. */
uint64_t hash_text(const char *text, size_t size);

/* Spreads a number over all bits; different numbers have different results. */
static inline uint64_t hash_mix(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
	return value ^ value >> 31;
}

/* The next entry with this hash; false after the last. *step starts at 0. */
static inline bool hash_next(const struct hash *table, uint64_t hash,
			     size_t *step, uint32_t *number)
{
	while (*step < table->room) {
		size_t at = (hash + (*step)++) & (table->room - 1);
		const struct hash_entry *entry = &table->entries[at];

		if (!entry->is_used)
			return false;
		if (entry->hash == hash) {
			*number = entry->number;
			return true;
		}
	}
	return false;
}

#endif
