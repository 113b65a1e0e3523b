/* SPDX-License-Identifier: GPL-2.0-only */
/* A BPF object without what only a debugger reads. */
#ifndef TG_ELF_STRIP_H
#define TG_ELF_STRIP_H

#include "elf_object.h"

/*
 * Removes DWARF, the relocations of debug data and, in .BTF.ext, the source
 * line of each instruction but for the first of each function. Types, names of
 * functions and of constants stay. Sections keep their numbers. An object that
 * is not laid out as a compiler does it is left as it is. Constants that were
 * found before are to be found anew. 0 or -ENOMEM.
 */
int elf_object_strip(struct elf_object *object);

#endif
