// SPDX-License-Identifier: GPL-2.0-only
#include "pcapng_cursor.h"
#include "pcapng_blocks.h"

#include <string.h>

const __u8 *pcapng_cursor_take(struct pcapng_cursor *cursor, size_t size)
{
	const __u8 *taken = cursor->at;
	size_t padded = pcapng_padded(size);

	if (size > cursor->left)
		return NULL;
	if (padded > cursor->left)
		padded = cursor->left;
	cursor->at += padded;
	cursor->left -= padded;
	return taken;
}

bool pcapng_cursor_copy(struct pcapng_cursor *cursor, void *to, size_t size)
{
	const __u8 *from = pcapng_cursor_take(cursor, size);

	if (from)
		memcpy(to, from, size);
	return from;
}

const __u8 *pcapng_find_option(struct pcapng_cursor cursor, __u16 code,
			       size_t *size)
{
	struct pcapng_option option;

	while (pcapng_cursor_copy(&cursor, &option, sizeof(option))) {
		const __u8 *value;

		option.code = pcapng_order16(cursor.swapped, option.code);
		*size = pcapng_order16(cursor.swapped, option.size);
		value = pcapng_cursor_take(&cursor, *size);
		if (option.code == code)
			return value;
		if (!value || option.code == PCAPNG_OPT_END)
			break;
	}
	return NULL;
}
