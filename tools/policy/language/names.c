// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"

struct name *names_find(const struct names *names, const char *text,
			size_t length)
{
	uint64_t hash = hash_bytes(0, text, length);
	uint32_t number;

	for (size_t step = 0; hash_next(&names->hash, hash, &step, &number);) {
		struct name *name = &names->list[number];

		if (name->length == length && !memcmp(name->text, text, length))
			return name;
	}
	return NULL;
}

bool names_add(struct names *names, const char *text, size_t length,
	       size_t index)
{
	if (!vec_reserve(names->list, names->room, names->count + 1) ||
	    !hash_add(&names->hash, hash_bytes(0, text, length), names->count))
		return false;
	names->list[names->count++] = (struct name){ text, length, index };
	return true;
}

void names_free(struct names *names)
{
	free(names->list);
	hash_free(&names->hash);
	*names = (struct names){ 0 };
}
