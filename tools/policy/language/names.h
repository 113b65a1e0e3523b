/* SPDX-License-Identifier: GPL-2.0-only */
/* From a name to an index; the text of a name stays with the caller. */
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

/* NULL if it is not there. Valid until the next names_add(). */
struct name *names_find(const struct names *names, const char *text,
			size_t length);
/* False: out of memory. The name must not be there yet. */
bool names_add(struct names *names, const char *text, size_t length,
	       size_t index);
void names_free(struct names *names);

#endif
