// SPDX-License-Identifier: GPL-2.0-only
#include "list.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"

uint64_t list_tag(uint32_t set)
{
	return hash_mix(set + 0x9e3779b97f4a7c15ULL);
}

/* --- seen */

bool list_seen_init(struct list_seen *seen, size_t count)
{
	seen->stamps = calloc(count + 1, sizeof(*seen->stamps));
	seen->stamp = 1;
	return seen->stamps;
}

void list_seen_free(struct list_seen *seen)
{
	free(seen->stamps);
}

void list_seen_clear(struct list_seen *seen)
{
	seen->stamp++;
}

bool list_seen_add(struct list_seen *seen, uint32_t number)
{
	if (seen->stamps[number] == seen->stamp)
		return false;
	seen->stamps[number] = seen->stamp;
	return true;
}

/* --- memo */

struct list_memo_entry {
	size_t start, count;
	uint32_t value;
};

static uint64_t hash_list(const uint32_t *list, size_t count)
{
	return hash_bytes(0, list, count * sizeof(*list));
}

bool list_memo_find(const struct list_memo *memo, const uint32_t *list,
		    size_t count, uint32_t *value)
{
	uint64_t hash = hash_list(list, count);
	uint32_t number;

	for (size_t step = 0; hash_next(&memo->hash, hash, &step, &number);) {
		const struct list_memo_entry *entry = &memo->entries[number];

		if (entry->count == count &&
		    !memcmp(memo->words + entry->start, list,
			    count * sizeof(*list))) {
			*value = entry->value;
			return true;
		}
	}
	return false;
}

bool list_memo_add(struct list_memo *memo, const uint32_t *list, size_t count,
		   uint32_t value)
{
	if (!vec_reserve(memo->words, memo->word_room,
			 memo->word_count + count) ||
	    !vec_reserve(memo->entries, memo->room, memo->count + 1) ||
	    !hash_add(&memo->hash, hash_list(list, count), memo->count))
		return false;
	memo->entries[memo->count++] = (struct list_memo_entry){
		.start = memo->word_count,
		.count = count,
		.value = value,
	};
	memcpy(memo->words + memo->word_count, list, count * sizeof(*list));
	memo->word_count += count;
	return true;
}

void list_memo_free(struct list_memo *memo)
{
	hash_free(&memo->hash);
	free(memo->entries);
	free(memo->words);
	*memo = (struct list_memo){ 0 };
}
