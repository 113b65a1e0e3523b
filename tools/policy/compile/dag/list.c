// SPDX-License-Identifier: GPL-2.0-only
#include "list.h"

#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
	return value ^ value >> 31;
}

uint64_t list_tag(uint32_t set)
{
	return mix(set + 0x9e3779b97f4a7c15ULL);
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

/* --- index */

struct list_index_slot {
	uint64_t key;
	uint32_t value;
	bool is_taken;
};

static struct list_index_slot *find_slot(struct list_index_slot *slots,
					 size_t room, uint64_t key)
{
	size_t i = mix(key) & (room - 1);

	while (slots[i].is_taken && slots[i].key != key)
		i = (i + 1) & (room - 1);
	return &slots[i];
}

static bool grow_index(struct list_index *index)
{
	size_t room = index->room ? index->room * 2 : 32;
	struct list_index_slot *slots = calloc(room, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < index->room; i++) {
		if (index->slots[i].is_taken)
			*find_slot(slots, room, index->slots[i].key) =
				index->slots[i];
	}
	free(index->slots);
	index->slots = slots;
	index->room = room;
	return true;
}

uint32_t *list_index_at(struct list_index *index, uint64_t key)
{
	struct list_index_slot *slot;

	if (index->count * 2 >= index->room && !grow_index(index))
		return NULL;
	slot = find_slot(index->slots, index->room, key);
	if (!slot->is_taken) {
		*slot = (struct list_index_slot){ key, 0, true };
		index->count++;
	}
	return &slot->value;
}

void list_index_free(struct list_index *index)
{
	free(index->slots);
}

/* --- memo */

struct list_memo_slot {
	uint64_t hash;
	size_t start;
	uint32_t count; /* 0: free; no empty list is ever kept */
	uint32_t value;
};

static uint64_t hash_list(const uint32_t *list, size_t count)
{
	uint64_t hash = count;

	for (size_t i = 0; i < count; i++) {
		hash = (hash ^ list[i]) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
	}
	return hash;
}

bool list_memo_find(const struct list_memo *memo, const uint32_t *list,
		    size_t count, uint32_t *value)
{
	uint64_t hash = hash_list(list, count);

	for (size_t i = hash; memo->room; i++) {
		const struct list_memo_slot *slot =
			&memo->slots[i & (memo->room - 1)];

		if (!slot->count)
			return false;
		if (slot->hash == hash && slot->count == count &&
		    !memcmp(memo->words + slot->start, list,
			    count * sizeof(*list))) {
			*value = slot->value;
			return true;
		}
	}
	return false;
}

static void place(struct list_memo_slot *slots, size_t room,
		  struct list_memo_slot slot)
{
	size_t i = slot.hash & (room - 1);

	while (slots[i].count)
		i = (i + 1) & (room - 1);
	slots[i] = slot;
}

static bool grow_memo(struct list_memo *memo)
{
	size_t room = memo->room ? memo->room * 2 : 64;
	struct list_memo_slot *slots = calloc(room, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < memo->room; i++) {
		if (memo->slots[i].count)
			place(slots, room, memo->slots[i]);
	}
	free(memo->slots);
	memo->slots = slots;
	memo->room = room;
	return true;
}

static bool make_room_for_words(struct list_memo *memo, size_t count)
{
	size_t room = memo->word_room ? memo->word_room : 1024;
	uint32_t *words;

	while (room < memo->word_count + count)
		room *= 2;
	if (room == memo->word_room)
		return true;
	words = reallocarray(memo->words, room, sizeof(*words));
	if (!words)
		return false;
	memo->words = words;
	memo->word_room = room;
	return true;
}

bool list_memo_add(struct list_memo *memo, const uint32_t *list, size_t count,
		   uint32_t value)
{
	struct list_memo_slot slot = { .hash = hash_list(list, count),
				       .start = memo->word_count,
				       .count = count,
				       .value = value };

	if (!make_room_for_words(memo, count))
		return false;
	if (memo->count * 2 >= memo->room && !grow_memo(memo))
		return false;
	memcpy(memo->words + memo->word_count, list, count * sizeof(*list));
	memo->word_count += count;
	place(memo->slots, memo->room, slot);
	memo->count++;
	return true;
}

void list_memo_free(struct list_memo *memo)
{
	free(memo->slots);
	free(memo->words);
	*memo = (struct list_memo){ 0 };
}
