// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 64

/*
 * Eight bytes a step, each step a round of murmur's finalizer: quick, and good
 * enough for tables whose worst case is bounded elsewhere.
 */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	hash ^= size;
	while (size) {
		size_t step = size < 8 ? size : 8;
		uint64_t word = 0;

		memcpy(&word, at, step);
		hash = (hash ^ word) * 0xff51afd7ed558ccdULL;
		hash ^= hash >> 33;
		hash *= 0xc4ceb9fe1a85ec53ULL;
		hash ^= hash >> 29;
		at += step;
		size -= step;
	}
	return hash;
}

static struct name *slot_of(const struct names *names, const char *text,
			    size_t length)
{
	size_t at = hash_bytes(0, text, length) & (names->size - 1);

	while (names->slots[at].text &&
	       (names->slots[at].length != length ||
		memcmp(names->slots[at].text, text, length) != 0))
		at = (at + 1) & (names->size - 1);
	return &names->slots[at];
}

struct name *names_find(const struct names *names, const char *text,
			size_t length)
{
	struct name *slot;

	if (!names->size)
		return NULL;
	slot = slot_of(names, text, length);
	return slot->text ? slot : NULL;
}

static bool grow(struct names *names)
{
	struct names more = {
		.count = names->count,
		.size = names->size ? names->size * 2 : FIRST_SIZE,
	};

	more.slots = calloc(more.size, sizeof(*more.slots));
	if (!more.slots)
		return false;
	for (size_t i = 0; i < names->size; i++) {
		struct name *slot = &names->slots[i];

		if (slot->text)
			*slot_of(&more, slot->text, slot->length) = *slot;
	}
	free(names->slots);
	*names = more;
	return true;
}

bool names_add(struct names *names, const char *text, size_t length,
	       size_t index)
{
	if (names->count * 2 >= names->size && !grow(names))
		return false;
	*slot_of(names, text, length) = (struct name){ text, length, index };
	names->count++;
	return true;
}

void names_free(struct names *names)
{
	free(names->slots);
	*names = (struct names){ 0 };
}
