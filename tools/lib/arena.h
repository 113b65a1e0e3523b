/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arena allocator: many small allocations that are freed together. Used by the
 * parser, the importer and the compiler. A zeroed struct is an empty arena.
 */
#ifndef TG_ARENA_H
#define TG_ARENA_H

#include <stddef.h>

struct arena {
	void *chunks;
	size_t size; /* bytes allocated in all chunks */
};

/*
 * Returns memory that is aligned for any type and not initialized; NULL if out
 * of memory.
 */
void *arena_try_alloc(struct arena *arena, size_t size);

/* Returns a copy of size bytes, NUL-terminated; NULL if out of memory. */
char *arena_try_copy(struct arena *arena, const char *text, size_t size);

/* The same, but they exit the program with a message if out of memory. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *text, size_t size);

__attribute__((format(printf, 2, 3))) char *
arena_format(struct arena *arena, const char *format, ...);

/*
 * Returns a copy of a full array with twice the room; *room is updated. The old
 * array is freed with the arena. Appending is amortized constant time.
 */
void *arena_grow(struct arena *arena, const void *items, size_t item_size,
		 size_t count, size_t *room);

void arena_free(struct arena *arena);

#endif
