// SPDX-License-Identifier: GPL-2.0-only
/*
 * Appends to the file: the text, a copy of the section names with one more, and
 * a copy of the section headers with one more.
 */
#include "elf_add.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t aligned(size_t at)
{
	return (at + sizeof(uint64_t) - 1) / sizeof(uint64_t) *
	       sizeof(uint64_t);
}

/* Where the appended parts are. */
struct additions {
	size_t text, names, headers, end;
};

static struct additions additions_at(const struct elf_object *object,
				     const Elf64_Shdr *names, size_t text_size,
				     size_t name_size)
{
	const Elf64_Ehdr *file = (const Elf64_Ehdr *)object->bytes;
	struct additions at = { .text = aligned(object->size) };

	at.names = at.text + text_size;
	at.headers = aligned(at.names + names->sh_size + name_size);
	at.end = at.headers + (file->e_shnum + 1) * sizeof(Elf64_Shdr);
	return at;
}

/* Returns NULL if the object has no valid table of section names. */
static const Elf64_Shdr *names_of(const struct elf_object *object)
{
	const Elf64_Ehdr *file = (const Elf64_Ehdr *)object->bytes;
	const Elf64_Shdr *names =
		(const Elf64_Shdr *)(object->bytes + file->e_shoff) +
		file->e_shstrndx;

	if (file->e_shstrndx >= file->e_shnum || file->e_shnum == UINT16_MAX ||
	    names->sh_size > UINT32_MAX / 2 ||
	    names->sh_offset > object->size ||
	    names->sh_size > object->size - names->sh_offset)
		return NULL;
	return names;
}

int elf_object_add_text(struct elf_object *object, const char *name,
			const void *text, size_t size)
{
	const Elf64_Shdr *names = names_of(object);
	size_t name_size = strlen(name) + 1, ignored;
	struct additions at;
	Elf64_Shdr *headers;
	Elf64_Ehdr *file;
	uint8_t *bytes;

	if (!names || elf_object_section(object, name, &ignored))
		return -EINVAL;
	at = additions_at(object, names, size, name_size);
	bytes = calloc(1, at.end);
	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, object->bytes, object->size);
	memcpy(bytes + at.text, text, size);
	memcpy(bytes + at.names, object->bytes + names->sh_offset,
	       names->sh_size);
	memcpy(bytes + at.names + names->sh_size, name, name_size);

	file = (Elf64_Ehdr *)bytes;
	headers = (Elf64_Shdr *)(bytes + at.headers);
	memcpy(headers, object->bytes + file->e_shoff,
	       file->e_shnum * sizeof(*headers));
	headers[file->e_shnum] = (Elf64_Shdr){
		.sh_name = names->sh_size,
		.sh_type = SHT_STRTAB,
		.sh_offset = at.text,
		.sh_size = size,
		.sh_addralign = 1,
	};
	headers[file->e_shstrndx].sh_offset = at.names;
	headers[file->e_shstrndx].sh_size += name_size;
	file->e_shoff = at.headers;
	file->e_shnum++;
	free(object->bytes);
	object->bytes = bytes;
	object->size = at.end;
	return 0;
}
