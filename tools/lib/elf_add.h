/* SPDX-License-Identifier: GPL-2.0-only */
/* Adds a section of text to a BPF object, which loaders skip. */
#ifndef TG_ELF_ADD_H
#define TG_ELF_ADD_H

#include "elf_object.h"

/*
 * The section has the type of a string table: libbpf skips those and says
 * nothing, and elf_object_strip() keeps them. Returns 0, -ENOMEM, or -EINVAL if
 * the object is damaged or has a section of that name.
 */
int elf_object_add_text(struct elf_object *object, const char *name,
			const void *text, size_t size);

#endif
