/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of a policy's tables while they grow. Everything refers to
 * everything by its offset, so that the kernel may put them where it likes.
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
	size_t limit; /* more than that is refused */
	bool is_full; /* it was, or memory ran out: what is in it is no use */
	struct hash blocks; /* offsets of those that may be shared */
};

void blob_init(struct blob *blob, size_t limit);
void blob_free(struct blob *blob);

/*
 * Room for so many bytes, zeroed, at a multiple of align (a power of two). 0
 * when the blob is full: offset 0 is never handed out.
 */
uint32_t blob_reserve(struct blob *blob, size_t size, size_t align);
uint32_t blob_append(struct blob *blob, const void *bytes, size_t size,
		     size_t align);

/* The same, but bytes that are there already are not put in again. */
uint32_t blob_intern(struct blob *blob, const void *bytes, size_t size,
		     size_t align);

/* Room for so many cells: TG_CELL() is where each is. */
uint32_t blob_reserve_cells(struct blob *blob, size_t count);
void blob_set_cell(struct blob *blob, uint32_t cell, uint32_t reference,
		   uint32_t meaning);

/* Forget what has been put in since the blob had this size. */
void blob_rewind(struct blob *blob, size_t size);

uint32_t blob_get(const struct blob *blob, uint32_t offset);
void blob_set(struct blob *blob, uint32_t offset, uint32_t value);

#endif
