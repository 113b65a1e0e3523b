// SPDX-License-Identifier: GPL-2.0-only
/*
 * loads - reads from a policy's tables at each offset near their end: complete
 * inside, 0 or the first bytes beyond. Sanitizers guard the bytes after the
 * end.
 */
#include <string.h>

#include "tap.h"

static const uint8_t *table;
static size_t table_size;

#define tg_table_start() table
#define tg_table_size() table_size

/* Unaligned offsets, as in the kernel. */
#pragma clang attribute push(__attribute__((no_sanitize("alignment"))), \
			     apply_to = function)
#include "policy_load.h"

#define SIZE 64
#define FAR_BEHIND 12
#define BLOCK 24
#define BEYOND 4

/* Reads `size` bytes at the offset; 0 if out of range. */
static uint64_t wanted(uint64_t offset, uint32_t size)
{
	uint64_t value = 0;

	if (offset + size <= table_size)
		memcpy(&value, table + offset, size);
	return value;
}

static bool behind_is_right(uint64_t offset)
{
	uint64_t value = wanted(offset + FAR_BEHIND, sizeof(__u32));

	return tg_load32_behind(offset, FAR_BEHIND) == value;
}

static bool block_is_right(uint64_t offset)
{
	bool is_inside = offset + BLOCK <= table_size;
	const uint8_t *block = (const uint8_t *)tg_load_block(offset, BLOCK);

	return block == table + (is_inside ? offset : 0);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 6);
	bool right[6] = { true, true, true, true, true, true };
	uint8_t *bytes = malloc(SIZE);

	if (!bytes)
		return EXIT_FAILURE;
	for (int i = 0; i < SIZE; i++)
		bytes[i] = i + 1;
	table = bytes;
	table_size = SIZE;
	for (uint64_t at = 0; at < SIZE + BEYOND; at++) {
		right[0] &= tg_load8(at) == wanted(at, 1);
		right[1] &= tg_load16(at) == wanted(at, 2);
		right[2] &= tg_load32(at) == wanted(at, 4);
		right[3] &= tg_load64(at) == wanted(at, 8);
		right[4] &= behind_is_right(at);
		right[5] &= block_is_right(at);
	}
	tap_ok(&tap, right[0], "a byte");
	tap_ok(&tap, right[1], "2 bytes");
	tap_ok(&tap, right[2], "4 bytes");
	tap_ok(&tap, right[3], "8 bytes");
	tap_ok(&tap, right[4], "4 bytes, %d behind", FAR_BEHIND);
	tap_ok(&tap, right[5], "a block of %d bytes", BLOCK);
	free(bytes);
	return tap_end(&tap);
}
#pragma clang attribute pop
