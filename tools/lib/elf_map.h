/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets the number of entries of a map in a BPF object file. Used by the policy
 * compiler.
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

#endif
