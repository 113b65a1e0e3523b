/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A growing buffer for a policy's tables. All references are offsets into it,
 * so the tables are position-independent.
 */
#ifndef TG_COMPILE_BLOB_H
#define TG_COMPILE_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/hash.h"

struct blob {
	uint8_t *bytes;
	size_t size, room;
	size_t limit; /* maximum size in bytes */
	bool is_full; /* limit or memory exceeded; contents are undefined */
	struct hash blocks; /* offsets of interned blocks */
};

void blob_init(struct blob *blob, size_t limit);
void blob_free(struct blob *blob);

/*
 * Reserves zeroed bytes at a multiple of align, a power of two. Returns the
 * offset, or 0 if the blob is full; offset 0 is never used.
 */
uint32_t blob_reserve(struct blob *blob, size_t size, size_t align);
uint32_t blob_append(struct blob *blob, const void *bytes, size_t size,
		     size_t align);

/* Appends bytes, or returns the offset of equal bytes appended before. */
uint32_t blob_intern(struct blob *blob, const void *bytes, size_t size,
		     size_t align);

/* Reserves cells; TG_CELL() computes the offset of each. */
uint32_t blob_reserve_cells(struct blob *blob, size_t count);
void blob_set_cell(struct blob *blob, uint32_t cell, uint32_t reference,
		   uint32_t meaning);

/* Truncates the blob to this size and forgets interned blocks beyond. */
void blob_rewind(struct blob *blob, size_t size);

uint32_t blob_get(const struct blob *blob, uint32_t offset);
void blob_set(struct blob *blob, uint32_t offset, uint32_t value);

#endif
