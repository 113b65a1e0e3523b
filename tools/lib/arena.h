/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory in many small pieces that are freed together. All zero is an empty
 * arena.
 */
#ifndef TG_ARENA_H
#define TG_ARENA_H

#include <stddef.h>

struct arena {
	void *chunks;
	size_t size; /* of all that was allocated */
};

/* Aligned for any type, not initialized. NULL: out of memory. */
void *arena_try_alloc(struct arena *arena, size_t size);

/* A copy of size bytes, and a NUL. NULL: out of memory. */
char *arena_try_copy(struct arena *arena, const char *text, size_t size);

/* The same, for programs that end when they are out of memory. */
void *arena_alloc(struct arena *arena, size_t size);
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
