/* SPDX-License-Identifier: GPL-2.0-only */
/* From a name to an index: a hash table that is given what it has to hold. */
#ifndef TG_POLICY_NAMES_H
#define TG_POLICY_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name {
	const char *text; /* stays where it is; NULL: nothing here */
	size_t length;
	size_t index;
};

struct names {
	struct name *slots;
	size_t count, size; /* a power of two */
};

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size);

/* Valid until the next names_add(). */
struct name *names_find(const struct names *names, const char *text,
			size_t length);
/* False: out of memory. The name must not be there yet. */
bool names_add(struct names *names, const char *text, size_t length,
	       size_t index);
void names_free(struct names *names);

#endif
