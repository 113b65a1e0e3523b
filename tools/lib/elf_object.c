// SPDX-License-Identifier: GPL-2.0-only
/*
 * The input may be any file: every offset is bounds-checked by part() before it
 * is used.
 */
#include "elf_object.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RODATA ".rodata"

/* Alignment of a replaced section, enough for any type. */
#define SECTION_ALIGN 16

/* Objects with tables are far smaller; refuses a file named by mistake. */
#define SIZE_MAX_MIB 512

/* Returns a pointer to size bytes at offset, or NULL if out of bounds. */
static void *part(const struct elf_object *object, uint64_t offset,
		  uint64_t size)
{
	if (offset > object->size || size > object->size - offset)
		return NULL;
	return object->bytes + offset;
}

static Elf64_Ehdr *header(const struct elf_object *object)
{
	return (Elf64_Ehdr *)object->bytes;
}

static Elf64_Shdr *section(const struct elf_object *object, size_t index)
{
	const Elf64_Ehdr *ehdr = header(object);

	if (index >= ehdr->e_shnum)
		return NULL;
	return part(object, ehdr->e_shoff + index * sizeof(Elf64_Shdr),
		    sizeof(Elf64_Shdr));
}

/*
 * Returns a string of a string table, or NULL if it is not NUL-terminated
 * inside the table.
 */
static const char *string(const struct elf_object *object, size_t table,
			  uint32_t offset)
{
	const Elf64_Shdr *strtab = section(object, table);
	const char *start;

	if (!strtab || offset >= strtab->sh_size)
		return NULL;
	start = part(object, strtab->sh_offset, strtab->sh_size);
	if (!start || !memchr(start + offset, 0, strtab->sh_size - offset))
		return NULL;
	return start + offset;
}

static const char *section_name(const struct elf_object *object,
				const Elf64_Shdr *shdr)
{
	return string(object, header(object)->e_shstrndx, shdr->sh_name);
}

static bool is_rodata(const char *name)
{
	return name && !strncmp(name, RODATA, strlen(RODATA));
}

static bool is_bpf_object(const struct elf_object *object)
{
	const Elf64_Ehdr *ehdr = part(object, 0, sizeof(*ehdr));

	return ehdr && !memcmp(ehdr->e_ident, ELFMAG, SELFMAG) &&
	       ehdr->e_ident[EI_CLASS] == ELFCLASS64 &&
	       ehdr->e_ident[EI_DATA] ==
		       (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
				? ELFDATA2LSB
				: ELFDATA2MSB) &&
	       ehdr->e_machine == EM_BPF &&
	       ehdr->e_shentsize == sizeof(Elf64_Shdr) &&
	       ehdr->e_shoff >= sizeof(*ehdr) &&
	       ehdr->e_shoff % _Alignof(Elf64_Shdr) == 0 &&
	       part(object, ehdr->e_shoff,
		    (uint64_t)ehdr->e_shnum * sizeof(Elf64_Shdr));
}

static int read_all(int fd, struct elf_object *object)
{
	struct stat st;
	size_t done = 0;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > (off_t)SIZE_MAX_MIB << 20)
		return -EFBIG;
	object->size = st.st_size;
	object->bytes = malloc(object->size + 1);
	if (!object->bytes)
		return -ENOMEM;
	while (done < object->size) {
		n = read(fd, object->bytes + done, object->size - done);
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		done += n;
	}
	return 0;
}

int elf_object_load(struct elf_object *object, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int err;

	*object = (struct elf_object){ 0 };
	if (fd < 0)
		return -errno;
	err = read_all(fd, object);
	close(fd);
	if (!err && !is_bpf_object(object))
		err = -ENOEXEC;
	if (err)
		elf_object_free(object);
	else
		object->path = strdup(path);
	return err;
}

int elf_object_read(struct elf_object *object, const char *path)
{
	int err = elf_object_load(object, path);

	if (err)
		fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name,
			path,
			err == -ENOEXEC ? "not a BPF object of this machine"
					: strerror(-err));
	return err;
}

static int write_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0)
			return -errno;
		bytes += n;
		size -= n;
	}
	return 0;
}

/*
 * Writing renames a new file into place, which would replace a device or a pipe
 * by a file.
 */
static bool can_replace(const char *path)
{
	struct stat about;

	if (stat(path, &about) < 0 || S_ISREG(about.st_mode))
		return true;
	fprintf(stderr,
		"%s: %s: not a regular file: name another one with -o\n",
		program_invocation_short_name, path);
	return false;
}

int elf_object_write(const struct elf_object *object, const char *path)
{
	char *temporary = NULL;
	mode_t mask = umask(0);
	int err = 0, fd = -1;

	umask(mask);
	if (!can_replace(path))
		return -EEXIST;
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	/* renamed into place, so that no reader sees a partial object */
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		goto out;
	}
	err = write_all(fd, object->bytes, object->size);
	if (!err && fchmod(fd, 0666 & ~mask) < 0)
		err = -errno;
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && rename(temporary, path) < 0)
		err = -errno;
	if (err)
		unlink(temporary);
out:
	if (err)
		fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name,
			path, strerror(-err));
	free(temporary);
	return err;
}

void elf_object_free(struct elf_object *object)
{
	free(object->path);
	free(object->bytes);
	*object = (struct elf_object){ 0 };
}

static bool constant_of(const struct elf_object *object, const Elf64_Sym *sym,
			size_t strtab, struct elf_constant *constant)
{
	const Elf64_Shdr *shdr = section(object, sym->st_shndx);

	if (!shdr || ELF64_ST_TYPE(sym->st_info) != STT_OBJECT)
		return false;
	constant->section = section_name(object, shdr);
	constant->name = string(object, strtab, sym->st_name);
	if (!is_rodata(constant->section) || !constant->name)
		return false;
	switch (sym->st_size) {
	case 1:
	case 2:
	case 4:
	case 8:
		break;
	default:
		return false;
	}
	/* writing the constant must not change the ELF header */
	if (shdr->sh_offset < sizeof(Elf64_Ehdr) ||
	    sym->st_value > shdr->sh_size ||
	    sym->st_size > shdr->sh_size - sym->st_value ||
	    !part(object, shdr->sh_offset, shdr->sh_size))
		return false;
	constant->offset = shdr->sh_offset + sym->st_value;
	constant->size = sym->st_size;
	return true;
}

bool elf_object_constant(const struct elf_object *object, size_t n,
			 struct elf_constant *constant)
{
	for (size_t i = 0; i < header(object)->e_shnum; i++) {
		const Elf64_Shdr *shdr = section(object, i);
		const Elf64_Sym *syms;

		if (shdr->sh_type != SHT_SYMTAB)
			continue;
		syms = part(object, shdr->sh_offset, shdr->sh_size);
		if (!syms || shdr->sh_offset % _Alignof(Elf64_Sym))
			return false;
		for (size_t j = 0; j < shdr->sh_size / sizeof(*syms); j++) {
			if (constant_of(object, &syms[j], shdr->sh_link,
					constant) &&
			    n-- == 0)
				return true;
		}
	}
	return false;
}

bool elf_object_find(const struct elf_object *object, const char *name,
		     struct elf_constant *constant)
{
	for (size_t n = 0; elf_object_constant(object, n, constant); n++) {
		if (!strcmp(constant->name, name))
			return true;
	}
	return false;
}

uint64_t elf_constant_get(const struct elf_object *object,
			  const struct elf_constant *constant)
{
	const uint8_t *at = object->bytes + constant->offset;
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (constant->size) {
	case 1:
		return *at;
	case 2:
		memcpy(&u16, at, sizeof(u16));
		return u16;
	case 4:
		memcpy(&u32, at, sizeof(u32));
		return u32;
	default:
		memcpy(&u64, at, sizeof(u64));
		return u64;
	}
}

void elf_constant_set(struct elf_object *object,
		      const struct elf_constant *constant, uint64_t value)
{
	uint8_t *at = object->bytes + constant->offset;
	uint32_t u32 = value;
	uint16_t u16 = value;

	switch (constant->size) {
	case 1:
		*at = value;
		break;
	case 2:
		memcpy(at, &u16, sizeof(u16));
		break;
	case 4:
		memcpy(at, &u32, sizeof(u32));
		break;
	default:
		memcpy(at, &value, sizeof(value));
		break;
	}
}

const char *elf_object_programs(const struct elf_object *object, size_t n)
{
	for (size_t i = 0; i < header(object)->e_shnum; i++) {
		const Elf64_Shdr *shdr = section(object, i);
		const char *name = section_name(object, shdr);

		/* .text holds functions that programs call, not a program */
		if (shdr->sh_flags & SHF_EXECINSTR && shdr->sh_size && name &&
		    strcmp(name, ".text") && n-- == 0)
			return name;
	}
	return NULL;
}

static const char *function_of(const struct elf_object *object,
			       const Elf64_Shdr *symtab, size_t index)
{
	const Elf64_Sym *syms =
		part(object, symtab->sh_offset, symtab->sh_size);

	if (!syms || symtab->sh_offset % _Alignof(Elf64_Sym))
		return NULL;
	for (size_t i = 0; i < symtab->sh_size / sizeof(*syms); i++) {
		if (syms[i].st_shndx == index &&
		    ELF64_ST_TYPE(syms[i].st_info) == STT_FUNC)
			return string(object, symtab->sh_link, syms[i].st_name);
	}
	return NULL;
}

const char *elf_object_function(const struct elf_object *object,
				const char *name)
{
	size_t count = header(object)->e_shnum, index = 0;

	for (size_t i = 0; i < count && !index; i++) {
		const char *its_name = section_name(object, section(object, i));

		if (its_name && !strcmp(its_name, name))
			index = i;
	}
	for (size_t i = 0; index && i < count; i++) {
		const Elf64_Shdr *shdr = section(object, i);

		if (shdr->sh_type == SHT_SYMTAB)
			return function_of(object, shdr, index);
	}
	return NULL;
}

void *elf_object_section(const struct elf_object *object, const char *name,
			 size_t *size)
{
	for (size_t i = 0; i < header(object)->e_shnum; i++) {
		const Elf64_Shdr *shdr = section(object, i);
		const char *its_name = section_name(object, shdr);

		if (!its_name || strcmp(its_name, name) ||
		    shdr->sh_type == SHT_NOBITS)
			continue;
		*size = shdr->sh_size;
		return part(object, shdr->sh_offset, shdr->sh_size);
	}
	return NULL;
}

static ssize_t find_rodata(const struct elf_object *object, const char *name)
{
	for (size_t i = 0; i < header(object)->e_shnum; i++) {
		const Elf64_Shdr *shdr = section(object, i);
		const char *its_name = section_name(object, shdr);

		if (is_rodata(its_name) && !strcmp(its_name, name))
			return i;
	}
	return -ENOENT;
}

int elf_object_replace(struct elf_object *object, const char *name,
		       const void *bytes, size_t size)
{
	ssize_t index = find_rodata(object, name);
	size_t start = (object->size + SECTION_ALIGN - 1) / SECTION_ALIGN *
		       SECTION_ALIGN;
	Elf64_Shdr *shdr;
	uint8_t *larger;

	if (index < 0)
		return index;
	shdr = section(object, index);
	if (size < shdr->sh_size)
		return -EINVAL;
	larger = realloc(object->bytes, start + size);
	if (!larger)
		return -ENOMEM;
	memset(larger + object->size, 0, start - object->size);
	memcpy(larger + start, bytes, size);
	object->bytes = larger;
	object->size = start + size;

	shdr = section(object, index);
	shdr->sh_offset = start;
	shdr->sh_size = size;
	return 0;
}
