/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel memory held by the maps and programs of an attachment. Used by
 * tg-look.
 */
#ifndef TG_CHAIN_MEMORY_H
#define TG_CHAIN_MEMORY_H

#include <stdint.h>

struct chain_memory {
	uint64_t map_bytes, program_bytes;
	uint32_t maps, programs;
};

/*
 * Sums up everything pinned below folder, the programs in its prog arrays, the
 * programs with these ids (0 is skipped), and the maps of those programs; each
 * object counts once. Objects that disappear meanwhile are skipped. Returns 0
 * or a negative errno.
 */
int chain_memory_read(struct chain_memory *memory, const char *folder,
		      const uint32_t *ids, int count);

#endif
