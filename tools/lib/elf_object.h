/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A BPF object file in memory, open to changes of its constant data: the value
 * of a variable in .rodata, or a whole .rodata.* section, also to another
 * size. Everything else stays byte for byte as the compiler wrote it.
 */
#ifndef TG_ELF_OBJECT_H
#define TG_ELF_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_object {
	char *path;
	uint8_t *bytes;
	size_t size;
};

/* A variable of 1, 2, 4 or 8 bytes in a .rodata section. */
struct elf_constant {
	const char *name;
	const char *section;
	size_t offset; /* in the file */
	size_t size;
};

/* 0, or a negative errno after one message to standard error. */
int elf_object_read(struct elf_object *object, const char *path);
int elf_object_write(const struct elf_object *object, const char *path);

/* Like elf_object_read(), without a message; -ENOEXEC: not a BPF object. */
int elf_object_load(struct elf_object *object, const char *path);
void elf_object_free(struct elf_object *object);

/* The n-th constant, in the order of the symbol table; false past the last. */
bool elf_object_constant(const struct elf_object *object, size_t n,
			 struct elf_constant *constant);
bool elf_object_find(const struct elf_object *object, const char *name,
		     struct elf_constant *constant);

uint64_t elf_constant_get(const struct elf_object *object,
			  const struct elf_constant *constant);
void elf_constant_set(struct elf_object *object,
		      const struct elf_constant *constant, uint64_t value);

/* The n-th section that holds programs; NULL past the last. */
const char *elf_object_programs(const struct elf_object *object, size_t n);

/* The bytes of a section, in the object; NULL where there is none. */
void *elf_object_section(const struct elf_object *object, const char *section,
			 size_t *size);

/*
 * Give the section these bytes in place of its own. -ENOENT where there is no
 * such section, -EINVAL where it would become smaller than what is declared.
 */
int elf_object_replace(struct elf_object *object, const char *section,
		       const void *bytes, size_t size);

#endif
