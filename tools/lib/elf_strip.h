/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Removes data from a BPF object that only debuggers read. Used by tg-splice.
 */
#ifndef TG_ELF_STRIP_H
#define TG_ELF_STRIP_H

#include "elf_object.h"

/*
 * Removes DWARF, relocations of debug data and, in .BTF.ext, the line info of
 * every instruction that does not start a function. Types, function names and
 * constants stay, and so do section numbers. An object with an unusual layout
 * is left unchanged. Offsets from elf_object_constant() are invalid afterwards.
 * Returns 0 or -ENOMEM.
 */
int elf_object_strip(struct elf_object *object);

#endif
