// SPDX-License-Identifier: GPL-2.0-only
#include "arena.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Size of the first chunk, in bytes; each further chunk doubles, up to
 * CHUNK_MAX.
 */
#define CHUNK_MIN ((size_t)256 << 10)
#define CHUNK_MAX ((size_t)32 << 20)
#define HUGE_PAGE ((size_t)2 << 20)
#define ALIGN ((size_t)16)
#define ROOM_MIN 4

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(ALIGN) char bytes[];
};

static void *out_of_memory(void)
{
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	exit(EXIT_FAILURE);
}

/* Large chunks use huge pages: they take fewer page faults. */
static void *map_chunk(size_t size)
{
	void *memory;

	if (size < HUGE_PAGE)
		return malloc(size);
	size = (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	memory = aligned_alloc(HUGE_PAGE, size);
	if (memory)
		madvise(memory, size, MADV_HUGEPAGE);
	return memory;
}

static struct chunk *add_chunk(struct arena *arena, size_t least)
{
	struct chunk *last = arena->chunks, *chunk;
	size_t size = last ? 2 * (sizeof(*last) + last->size) : CHUNK_MIN;

	if (size > CHUNK_MAX)
		size = CHUNK_MAX;
	if (size < sizeof(*chunk) + least)
		size = sizeof(*chunk) + least;
	chunk = map_chunk(size);
	if (!chunk)
		return NULL;
	*chunk = (struct chunk){ .next = last, .size = size - sizeof(*chunk) };
	arena->chunks = chunk;
	return chunk;
}

void *arena_try_alloc(struct arena *arena, size_t size)
{
	struct chunk *chunk = arena->chunks;
	void *bytes;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	if (!chunk || chunk->size - chunk->used < size)
		chunk = add_chunk(arena, size);
	if (!chunk)
		return NULL;
	bytes = chunk->bytes + chunk->used;
	chunk->used += size;
	arena->size += size;
	return bytes;
}

char *arena_try_copy(struct arena *arena, const char *text, size_t size)
{
	char *copy = size < SIZE_MAX ? arena_try_alloc(arena, size + 1) : NULL;

	if (!copy)
		return NULL;
	memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return arena_try_alloc(arena, size) ?: out_of_memory();
}

char *arena_copy(struct arena *arena, const char *text, size_t size)
{
	return arena_try_copy(arena, text, size) ?: out_of_memory();
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size < 0)
		return out_of_memory();
	text = arena_alloc(arena, size + 1);
	va_start(args, format);
	vsnprintf(text, size + 1, format, args);
	va_end(args);
	return text;
}

void *arena_grow(struct arena *arena, const void *items, size_t item_size,
		 size_t count, size_t *room)
{
	void *more;

	*room = *room ? 2 * *room : ROOM_MIN;
	more = arena_alloc(arena, *room * item_size);
	if (count)
		memcpy(more, items, count * item_size);
	return more;
}

void arena_free(struct arena *arena)
{
	struct chunk *chunk = arena->chunks;

	while (chunk) {
		struct chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	*arena = (struct arena){ 0 };
}
