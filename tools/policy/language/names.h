/* SPDX-License-Identifier: GPL-2.0-only */
/* A hash table from names to indexes. The caller owns the text of a name. */
#ifndef TG_POLICY_NAMES_H
#define TG_POLICY_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/hash.h"

struct name {
	const char *text;
	size_t length;
	size_t index;
};

struct names {
	struct name *list;
	size_t count, room;
	struct hash hash;
};

/* NULL if not found. The result is valid until the next names_add(). */
struct name *names_find(const struct names *names, const char *text,
			size_t length);
/* The name must not be in the table yet. Returns false when out of memory. */
bool names_add(struct names *names, const char *text, size_t length,
	       size_t index);
void names_free(struct names *names);

#endif
