/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that is freed all at once. Out of memory ends the program: there is
 * nothing half done that would have to be undone.
 */
#ifndef TG_ARENA_H
#define TG_ARENA_H

#include <stddef.h>

struct arena {
	void *chunks;
	size_t size; /* of all that was allocated */
};

void *arena_alloc(struct arena *arena, size_t size);

/* A copy of size bytes, and a NUL. */
char *arena_copy(struct arena *arena, const char *text, size_t size);

__attribute__((format(printf, 2, 3))) char *
arena_format(struct arena *arena, const char *format, ...);

/*
 * An array that is full, with twice the room. Items that are added one by one
 * are copied once each on average; the old array stays until the end.
 */
void *arena_grow(struct arena *arena, const void *items, size_t item_size,
		 size_t count, size_t *room);

void arena_free(struct arena *arena);

#endif
