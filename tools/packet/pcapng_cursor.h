/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads what is inside of a pcapng block. */
#ifndef TG_PCAPNG_CURSOR_H
#define TG_PCAPNG_CURSOR_H

#include <byteswap.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* What is left to be read of a block. */
struct pcapng_cursor {
	const __u8 *at;
	size_t left;
	bool swapped;
};

static inline __u32 pcapng_order32(bool swapped, __u32 value)
{
	return swapped ? bswap_32(value) : value;
}

static inline __u16 pcapng_order16(bool swapped, __u16 value)
{
	return swapped ? bswap_16(value) : value;
}

/* Pads to four bytes, except at the end of the block. NULL if cut off. */
const __u8 *pcapng_cursor_take(struct pcapng_cursor *cursor, size_t size);
bool pcapng_cursor_copy(struct pcapng_cursor *cursor, void *to, size_t size);

/* The first option with this code; NULL if there is none. */
const __u8 *pcapng_find_option(struct pcapng_cursor cursor, __u16 code,
			       size_t *size);

#endif
