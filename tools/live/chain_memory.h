/* SPDX-License-Identifier: GPL-2.0-only */
/* What the maps and programs of an attachment hold of the kernel's memory. */
#ifndef TG_CHAIN_MEMORY_H
#define TG_CHAIN_MEMORY_H

#include <stdint.h>

struct chain_memory {
	uint64_t map_bytes, program_bytes;
	uint32_t maps, programs;
};

/*
 * All that is pinned below folder, what its prog arrays hold, the programs
 * with these ids (0 is none), and the maps of those programs; each once. What
 * goes while it is looked at counts nothing. 0 or a negative errno.
 */
int chain_memory_read(struct chain_memory *memory, const char *folder,
		      const uint32_t *ids, int count);

#endif
