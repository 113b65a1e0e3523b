/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes the definition of a map in a BPF object file: its number of entries,
 * or whether it is pinned. Used by the policy compiler and tg-splice.
 */
#ifndef TG_ELF_MAP_H
#define TG_ELF_MAP_H

#include "elf_object.h"

/*
 * Returns -ENOENT if the object has no such map, -EINVAL if its BTF is not as
 * expected or another map shares the array type.
 */
int elf_map_set_entries(struct elf_object *object, const char *map,
			uint32_t entries);

bool elf_map_exists(const struct elf_object *object, const char *map);

/*
 * Makes a map that is pinned by name one of one entry that is not pinned.
 * Returns as above.
 */
int elf_map_unpin(struct elf_object *object, const char *map);

#endif
