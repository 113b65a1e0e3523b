// SPDX-License-Identifier: GPL-2.0-only
#include "blob.h"

#include <stdlib.h>
#include <string.h>

#include "policy_table.h"

/* The first bytes stay zero: a reference of 0 leads to harmless ground. */
#define BLOB_START 16

struct blob_block {
	uint64_t hash;
	uint32_t offset, size; /* size 0: free */
};

void blob_init(struct blob *blob, size_t limit)
{
	*blob = (struct blob){ .limit = limit };
}

void blob_free(struct blob *blob)
{
	free(blob->bytes);
	free(blob->blocks);
	*blob = (struct blob){ 0 };
}

static bool grow(struct blob *blob, size_t size)
{
	size_t room = blob->room ? blob->room : 1 << 16;
	uint8_t *bytes;

	if (size > blob->limit)
		return false;
	while (room < size)
		room *= 2;
	if (room == blob->room)
		return true;
	bytes = realloc(blob->bytes, room);
	if (!bytes)
		return false;
	memset(bytes + blob->room, 0, room - blob->room);
	blob->bytes = bytes;
	blob->room = room;
	return true;
}

uint32_t blob_reserve(struct blob *blob, size_t size, size_t align)
{
	size_t start = blob->size ? blob->size : BLOB_START;

	start = (start + align - 1) & ~(align - 1);
	if (blob->is_full || !grow(blob, start + size)) {
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

/* Words at a time: rows are long. */
static uint64_t hash_of(const void *bytes, size_t size)
{
	const uint64_t odd = 0x9e3779b97f4a7c15ULL;
	const uint8_t *at = bytes;
	uint64_t hash = size * odd, word;

	for (; size >= sizeof(word); size -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = (hash ^ word) * odd;
		hash ^= hash >> 29;
	}
	if (size) {
		word = 0;
		memcpy(&word, at, size);
		hash = (hash ^ word) * odd;
	}
	return hash ^ hash >> 32;
}

static void place(struct blob_block *blocks, size_t room,
		  struct blob_block block)
{
	size_t i = block.hash & (room - 1);

	while (blocks[i].size)
		i = (i + 1) & (room - 1);
	blocks[i] = block;
}

static bool make_room_for_blocks(struct blob *blob)
{
	size_t room = blob->block_room ? blob->block_room * 2 : 1024;
	struct blob_block *blocks;

	if (blob->block_count * 2 < blob->block_room)
		return true;
	blocks = calloc(room, sizeof(*blocks));
	if (!blocks)
		return false;
	for (size_t i = 0; i < blob->block_room; i++) {
		if (blob->blocks[i].size)
			place(blocks, room, blob->blocks[i]);
	}
	free(blob->blocks);
	blob->blocks = blocks;
	blob->block_room = room;
	return true;
}

static uint32_t find(const struct blob *blob, uint64_t hash, const void *bytes,
		     size_t size, size_t align)
{
	size_t mask = blob->block_room - 1;

	for (size_t i = hash & mask; blob->blocks[i].size; i = (i + 1) & mask) {
		const struct blob_block *block = &blob->blocks[i];

		if (block->hash == hash && block->size == size &&
		    !(block->offset & (align - 1)) &&
		    !memcmp(blob->bytes + block->offset, bytes, size))
			return block->offset;
	}
	return 0;
}

uint32_t blob_intern(struct blob *blob, const void *bytes, size_t size,
		     size_t align)
{
	struct blob_block block = { .hash = hash_of(bytes, size),
				    .size = size };

	if (!make_room_for_blocks(blob)) {
		blob->is_full = true;
		return 0;
	}
	block.offset = find(blob, block.hash, bytes, size, align);
	if (block.offset)
		return block.offset;
	block.offset = blob_append(blob, bytes, size, align);
	if (block.offset) {
		place(blob->blocks, blob->block_room, block);
		blob->block_count++;
	}
	return block.offset;
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
	struct blob_block *old = blob->blocks;

	if (blob->size > size)
		memset(blob->bytes + size, 0, blob->size - size);
	blob->size = size;
	blob->is_full = false;
	if (!blob->block_count)
		return;
	blob->blocks = calloc(blob->block_room, sizeof(*old));
	blob->block_count = 0;
	for (size_t i = 0; blob->blocks && i < blob->block_room; i++) {
		if (!old[i].size || old[i].offset >= size)
			continue;
		place(blob->blocks, blob->block_room, old[i]);
		blob->block_count++;
	}
	if (!blob->blocks)
		blob->block_room = 0;
	free(old);
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
