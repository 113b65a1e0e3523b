/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hash table of numbers: indexes or offsets into the caller's data. Used by
 * the parser, the compiler and tg-look. Each entry stores its whole hash; a
 * lookup returns all entries with the same hash, and the caller compares the
 * keys:
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

/* A zeroed struct is an empty table. */
struct hash {
	struct hash_entry *entries;
	size_t count, room; /* room is 0 or a power of two */
};

/*
 * Adds an entry, even if others have this hash. Returns false if out of memory.
 */
bool hash_add(struct hash *table, uint64_t hash, uint32_t number);

/*
 * Returns the number of the first entry with this hash, adding an entry with
 * number 0 if there is none. For keys that their hash identifies. The pointer
 * is valid until the next addition; NULL if out of memory.
 */
uint32_t *hash_number(struct hash *table, uint64_t hash);

/* Removes the entries with this number or a larger one. */
void hash_cut(struct hash *table, uint32_t number);
void hash_free(struct hash *table);

/*
 * Hashes eight bytes a step. The seed is any number, or the hash of the data
 * before.
 */
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t size);

/* FNV-1a. Compiled objects contain its values, so it must not change. */
uint64_t hash_text(const char *text, size_t size);

/* Mixes a number's bits. Bijective: different inputs have different results. */
static inline uint64_t hash_mix(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
	return value ^ value >> 31;
}

/*
 * Gets the next entry with this hash; false after the last. *step starts at 0.
 */
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
