/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A BPF object file in memory whose constant data can be changed: the value of
 * a variable in .rodata, or a whole .rodata.* section, whose size may change.
 * Everything else stays as the compiler wrote it. Used by tg-splice, tg-rules,
 * tg-look and the policy compiler.
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
	size_t offset; /* in the file, in bytes */
	size_t size;
};

/* Returns 0, or a negative errno after printing one message to stderr. */
int elf_object_read(struct elf_object *object, const char *path);
int elf_object_write(const struct elf_object *object, const char *path);

/*
 * Like elf_object_read(), but prints nothing; -ENOEXEC if the file is not a BPF
 * object.
 */
int elf_object_load(struct elf_object *object, const char *path);
void elf_object_free(struct elf_object *object);

/*
 * Gets the n-th constant, in the order of the symbol table; false if there are
 * fewer.
 */
bool elf_object_constant(const struct elf_object *object, size_t n,
			 struct elf_constant *constant);
bool elf_object_find(const struct elf_object *object, const char *name,
		     struct elf_constant *constant);

uint64_t elf_constant_get(const struct elf_object *object,
			  const struct elf_constant *constant);
void elf_constant_set(struct elf_object *object,
		      const struct elf_constant *constant, uint64_t value);

/* The name of the n-th section that holds programs; NULL if there are fewer. */
const char *elf_object_programs(const struct elf_object *object, size_t n);

/* The name of the first function in a section, or NULL. */
const char *elf_object_function(const struct elf_object *object,
				const char *section);

/* The bytes of a section, owned by the object; NULL if not found. */
void *elf_object_section(const struct elf_object *object, const char *section,
			 size_t *size);

/*
 * Replaces a section's contents with a copy of bytes. Returns -ENOENT if there
 * is no such section, -EINVAL if the new size is smaller than what its symbols
 * cover.
 */
int elf_object_replace(struct elf_object *object, const char *section,
		       const void *bytes, size_t size);

#endif
