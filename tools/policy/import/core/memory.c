// SPDX-License-Identifier: GPL-2.0-only
/* Memory that lives as long as an import. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"

#define CHUNK_SIZE ((size_t)256 << 10)
#define ALIGN ((size_t)16)

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(ALIGN) char bytes[];
};

/* There is nothing half done that would have to be undone. */
static void *out_of_memory(void)
{
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	exit(EXIT_FAILURE);
}

void *import_alloc(struct import_arena *arena, size_t size)
{
	struct chunk *chunk = arena->chunks;
	size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
	void *bytes;

	if (size > SIZE_MAX / 2)
		return out_of_memory();
	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	room = (room + ALIGN - 1) & ~(ALIGN - 1);
	if (!chunk || chunk->size - chunk->used < size) {
		chunk = malloc(sizeof(*chunk) + room);
		if (!chunk)
			return out_of_memory();
		chunk->size = room;
		chunk->used = 0;
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	bytes = chunk->bytes + chunk->used;
	chunk->used += size;
	return bytes;
}

char *import_copy(struct import_arena *arena, const char *text, size_t size)
{
	char *copy = import_alloc(arena, size + 1);

	memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

char *import_format(struct import_arena *arena, const char *format, ...)
{
	va_list args;
	char *text;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size < 0)
		return out_of_memory();
	text = import_alloc(arena, size + 1);
	va_start(args, format);
	vsnprintf(text, size + 1, format, args);
	va_end(args);
	return text;
}

void import_arena_free(struct import_arena *arena)
{
	struct chunk *chunk = arena->chunks;

	while (chunk) {
		struct chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	arena->chunks = NULL;
}

void import_names_add(struct names *names, const char *name, size_t index)
{
	if (!names_add(names, name, strlen(name), index))
		out_of_memory();
}

void import_keys_add(struct names *names, const void *bytes, size_t size)
{
	if (!names_add(names, bytes, size, 0))
		out_of_memory();
}

void import_free(struct import *import)
{
	names_free(&import->chain_names);
	names_free(&import->words);
	json_free(&import->document);
	import_arena_free(&import->arena);
}
