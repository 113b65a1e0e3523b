// SPDX-License-Identifier: GPL-2.0-only
#include "blob.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"
#include "policy_table.h"

/* The first bytes stay zero, so that reference 0 is always readable. */
#define BLOB_START 16

void blob_init(struct blob *blob, size_t limit)
{
	*blob = (struct blob){ .limit = limit };
}

void blob_free(struct blob *blob)
{
	free(blob->bytes);
	hash_free(&blob->blocks);
	*blob = (struct blob){ 0 };
}

static bool blob_grow(struct blob *blob, size_t size)
{
	size_t old = blob->room;

	if (size > blob->limit || !vec_reserve(blob->bytes, blob->room, size))
		return false;
	memset(blob->bytes + old, 0, blob->room - old);
	return true;
}

uint32_t blob_reserve(struct blob *blob, size_t size, size_t align)
{
	size_t start = blob->size ? blob->size : BLOB_START;

	start = (start + align - 1) & ~(align - 1);
	if (blob->is_full || !blob_grow(blob, start + size)) {
		blob->is_full = true;
		return 0;
	}
	blob->size = start + size;
	return start;
}

uint32_t blob_append(struct blob *blob, const void *bytes, size_t size,
		     size_t align)
{
	uint32_t offset = blob_reserve(blob, size, align);

	if (offset && size)
		memcpy(blob->bytes + offset, bytes, size);
	return offset;
}

/* Blocks with equal hashes have equal sizes, as the hash includes the size. */
static uint32_t find_block(const struct blob *blob, uint64_t hash,
			   const void *bytes, size_t size, size_t align)
{
	uint32_t offset;

	for (size_t step = 0; hash_next(&blob->blocks, hash, &step, &offset);) {
		if (!(offset & (align - 1)) && offset + size <= blob->size &&
		    !memcmp(blob->bytes + offset, bytes, size))
			return offset;
	}
	return 0;
}

uint32_t blob_intern(struct blob *blob, const void *bytes, size_t size,
		     size_t align)
{
	uint64_t hash = hash_bytes(0, bytes, size);
	uint32_t offset = find_block(blob, hash, bytes, size, align);

	if (offset)
		return offset;
	offset = blob_append(blob, bytes, size, align);
	if (offset && !hash_add(&blob->blocks, hash, offset)) {
		blob->is_full = true;
		return 0;
	}
	return offset;
}

uint32_t blob_reserve_cells(struct blob *blob, size_t count)
{
	return blob_reserve(blob, TG_CELLS_SIZE(count), TG_ROW_ALIGN);
}

void blob_set_cell(struct blob *blob, uint32_t cell, uint32_t reference,
		   uint32_t meaning)
{
	blob_set(blob, cell, reference);
	blob_set(blob, cell + 4, meaning);
}

void blob_rewind(struct blob *blob, size_t size)
{
	if (blob->size > size)
		memset(blob->bytes + size, 0, blob->size - size);
	blob->size = size;
	blob->is_full = false;
	hash_cut(&blob->blocks, size);
}

uint32_t blob_get(const struct blob *blob, uint32_t offset)
{
	uint32_t value;

	memcpy(&value, blob->bytes + offset, sizeof(value));
	return value;
}

void blob_set(struct blob *blob, uint32_t offset, uint32_t value)
{
	if (!blob->is_full)
		memcpy(blob->bytes + offset, &value, sizeof(value));
}
