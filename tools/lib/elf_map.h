/* SPDX-License-Identifier: GPL-2.0-only */
/* How many entries a map of a BPF object has: a number in its BTF. */
#ifndef TG_ELF_MAP_H
#define TG_ELF_MAP_H

#include "elf_object.h"

/*
 * -ENOENT where the object has no such map, -EINVAL where its BTF is not as
 * expected, or another map shares the number.
 */
int elf_map_set_entries(struct elf_object *object, const char *map,
			uint32_t entries);

#endif
