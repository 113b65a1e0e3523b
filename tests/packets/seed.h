/* SPDX-License-Identifier: GPL-2.0-only */
/* The format of the parser fuzzer's input: flags, then the packet. */
#ifndef TG_SEED_H
#define TG_SEED_H

#include <stdio.h>
#include <string.h>

#include "craft.h"

struct seed {
	uint16_t elsewhere; /* bytes outside of the linear part */
	uint16_t tag;
	uint8_t has_tag; /* lowest bit */
} __attribute__((packed));

_Static_assert(sizeof(struct seed) == 5, "seeds and findings are kept");

static inline void seed_write(const struct craft *craft, FILE *file)
{
	struct seed seed = {
		.elsewhere = craft->size - craft->linear,
		.tag = craft->metadata,
		.has_tag = craft->has_metadata,
	};

	fwrite(&seed, sizeof(seed), 1, file);
	fwrite(craft->bytes, 1, craft->size, file);
}

#endif
