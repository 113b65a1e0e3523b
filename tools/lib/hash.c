// SPDX-License-Identifier: GPL-2.0-only
#include "hash.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 16

static struct hash_entry *free_entry(const struct hash *table, uint64_t hash)
{
	size_t at = hash & (table->room - 1);

	while (table->entries[at].is_used)
		at = (at + 1) & (table->room - 1);
	return &table->entries[at];
}

/* Moves the entries with numbers below `end` to a new table with this room. */
static bool rebuild(struct hash *table, size_t room, uint64_t end)
{
	struct hash larger = {
		.entries = calloc(room, sizeof(*larger.entries)),
		.room = room,
	};

	if (!larger.entries)
		return false;
	for (size_t i = 0; i < table->room; i++) {
		const struct hash_entry *entry = &table->entries[i];

		if (!entry->is_used || entry->number >= end)
			continue;
		*free_entry(&larger, entry->hash) = *entry;
		larger.count++;
	}
	free(table->entries);
	*table = larger;
	return true;
}

bool hash_add(struct hash *table, uint64_t hash, uint32_t number)
{
	size_t room = table->room ? table->room * 2 : FIRST_ROOM;

	if (table->count * 2 >= table->room &&
	    !rebuild(table, room, UINT64_MAX))
		return false;
	*free_entry(table, hash) = (struct hash_entry){ hash, number, true };
	table->count++;
	return true;
}

uint32_t *hash_number(struct hash *table, uint64_t hash)
{
	for (;;) {
		for (size_t step = 0; step < table->room; step++) {
			struct hash_entry *entry =
				&table->entries[(hash + step) &
						(table->room - 1)];

			if (!entry->is_used)
				break;
			if (entry->hash == hash)
				return &entry->number;
		}
		if (!hash_add(table, hash, 0))
			return NULL;
	}
}

/* Removes all entries if there is no memory for a smaller table. */
void hash_cut(struct hash *table, uint32_t number)
{
	if (table->count && !rebuild(table, table->room, number))
		hash_free(table);
}

void hash_free(struct hash *table)
{
	free(table->entries);
	*table = (struct hash){ 0 };
}

uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t size)
{
	const uint64_t odd = 0x9e3779b97f4a7c15ULL;
	const uint8_t *at = bytes;
	uint64_t hash = seed ^ size * odd, word;

	for (; size >= sizeof(word); size -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = (hash ^ word) * odd;
		hash ^= hash >> 29;
	}
	if (size) {
		word = 0;
		memcpy(&word, at, size);
		hash = (hash ^ word) * odd;
	}
	return hash_mix(hash);
}

uint64_t hash_text(const char *text, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3ULL;
	return hash;
}
