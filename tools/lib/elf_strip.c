// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects are kept in memory (/run) while a chain is attached, and three
 * quarters of the policy plugin's object is debug data.
 */
#include "elf_strip.h"

#include <elf.h>
#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN_MAX 64

/* As in libbpf. Offsets count from the end of the header. */
struct btf_ext_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_size;
	uint32_t func_offset, func_size;
	uint32_t line_offset, line_size;
};

/* Header of one section's records, which follow it. */
struct btf_ext_section {
	uint32_t name_offset, count;
};

static bool is_for_debuggers(const char *name)
{
	return !strncmp(name, ".debug_", 7) ||
	       !strncmp(name, ".rel.debug_", 11) || !strcmp(name, ".rel.BTF") ||
	       !strcmp(name, ".rel.BTF.ext") || !strcmp(name, ".llvm_addrsig");
}

/* --- .BTF.ext */

/* The unread rest of a table of records, which starts with the record size. */
struct records {
	uint8_t *at;
	size_t left;
	uint32_t size; /* of a record, in bytes */
};

static bool records_start(struct records *records, uint8_t *bytes, size_t size)
{
	if (size < sizeof(records->size))
		return false;
	memcpy(&records->size, bytes, sizeof(records->size));
	records->at = bytes + sizeof(records->size);
	records->left = size - sizeof(records->size);
	return records->size >= sizeof(uint32_t) && records->size < 4096;
}

static bool records_next(struct records *records,
			 struct btf_ext_section *section, uint8_t **first)
{
	size_t size;

	if (records->left < sizeof(*section))
		return false;
	memcpy(section, records->at, sizeof(*section));
	*first = records->at + sizeof(*section);
	size = sizeof(*section) + (size_t)section->count * records->size;
	if (size > records->left)
		return false;
	records->at += size;
	records->left -= size;
	return true;
}

/*
 * True if the instruction starts a function; the kernel requires line info
 * there.
 */
static bool starts_function(struct records functions, uint32_t name_offset,
			    uint32_t instruction)
{
	struct btf_ext_section section;
	uint8_t *record;

	while (records_next(&functions, &section, &record)) {
		if (section.name_offset != name_offset)
			continue;
		for (uint32_t i = 0; i < section.count; i++) {
			uint32_t start;

			memcpy(&start, record + i * functions.size,
			       sizeof(start));
			if (start == instruction)
				return true;
		}
	}
	return false;
}

static bool is_whole(struct records records)
{
	struct btf_ext_section section;
	uint8_t *record;

	while (records_next(&records, &section, &record))
		;
	return !records.left;
}

/*
 * Moves the records that are kept to the front. Returns the new size of the
 * table.
 */
static size_t keep_lines(struct records lines, struct records functions)
{
	uint8_t *start = lines.at - sizeof(lines.size), *to = lines.at;
	struct btf_ext_section section;
	uint8_t *record;

	while (records_next(&lines, &section, &record)) {
		uint8_t *header = to;
		uint32_t count = 0;

		to += sizeof(section);
		for (uint32_t i = 0; i < section.count; i++) {
			uint8_t *from = record + i * lines.size;
			uint32_t instruction;

			memcpy(&instruction, from, sizeof(instruction));
			if (!starts_function(functions, section.name_offset,
					     instruction))
				continue;
			memmove(to, from, lines.size);
			to += lines.size;
			count++;
		}
		section.count = count;
		memcpy(header, &section, sizeof(section));
		if (!count) /* libbpf rejects a section with no records */
			to = header;
	}
	return to - start;
}

/* Strips a .BTF.ext section in place. Returns its new size. */
static size_t strip_lines(uint8_t *bytes, size_t size)
{
	struct btf_ext_header header;
	struct records functions, lines;
	size_t end;

	if (size < sizeof(header))
		return size;
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != BTF_MAGIC || header.header_size < sizeof(header) ||
	    header.header_size > size)
		return size;
	/* only accept functions, then lines, and nothing after them */
	end = size - header.header_size;
	if (header.func_offset || header.func_size != header.line_offset ||
	    header.line_offset > end ||
	    header.line_size != end - header.line_offset)
		return size;
	bytes += header.header_size;
	if (!records_start(&functions, bytes, header.func_size) ||
	    !records_start(&lines, bytes + header.line_offset,
			   header.line_size))
		return size;
	if (!is_whole(functions) || !is_whole(lines))
		return size;
	header.line_size = keep_lines(lines, functions);
	memcpy(bytes - header.header_size, &header, sizeof(header));
	return header.header_size + header.line_offset + header.line_size;
}

/* --- the file */

/* Copies of the headers: sections may overlap them in a damaged file. */
struct layout {
	Elf64_Ehdr file;
	Elf64_Shdr *sections;
};

static int layout_read(struct layout *layout, const struct elf_object *object)
{
	size_t size;

	memcpy(&layout->file, object->bytes, sizeof(layout->file));
	size = layout->file.e_shnum * sizeof(*layout->sections);
	layout->sections = malloc(size + 1);
	if (!layout->sections)
		return -ENOMEM;
	memcpy(layout->sections, object->bytes + layout->file.e_shoff, size);
	return 0;
}

/* True for a compiler's layout: sections are in bounds and do not overlap. */
static bool is_plain(const struct elf_object *object,
		     const struct layout *layout)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < layout->file.e_shnum; i++) {
		const Elf64_Shdr *shdr = &layout->sections[i];

		if (shdr->sh_type == SHT_NOBITS)
			continue;
		if (shdr->sh_size > object->size ||
		    shdr->sh_offset > object->size - shdr->sh_size ||
		    shdr->sh_addralign > ALIGN_MAX)
			return false;
		sum += shdr->sh_size;
	}
	return sum <= object->size &&
	       layout->file.e_shstrndx < layout->file.e_shnum &&
	       layout->sections[layout->file.e_shstrndx].sh_type == SHT_STRTAB;
}

static const char *name_of(const struct elf_object *object,
			   const struct layout *layout, size_t index)
{
	const Elf64_Shdr *names = &layout->sections[layout->file.e_shstrndx];
	size_t offset = layout->sections[index].sh_name;
	const char *name = (char *)object->bytes + names->sh_offset + offset;

	if (offset >= names->sh_size ||
	    !memchr(name, 0, names->sh_size - offset))
		return "";
	return name;
}

static void shrink(struct elf_object *object, struct layout *layout)
{
	for (size_t i = 0; i < layout->file.e_shnum; i++) {
		Elf64_Shdr *shdr = &layout->sections[i];
		const char *name = name_of(object, layout, i);

		if (shdr->sh_type == SHT_NOBITS || shdr->sh_type == SHT_STRTAB)
			continue;
		if (is_for_debuggers(name))
			shdr->sh_size = 0;
		else if (!strcmp(name, ".BTF.ext"))
			shdr->sh_size = strip_lines(
				object->bytes + shdr->sh_offset, shdr->sh_size);
	}
}

static size_t aligned(size_t at, size_t to)
{
	return to > 1 ? (at + to - 1) / to * to : at;
}

/*
 * Packs the remaining sections and the section headers. Returns the new file
 * size.
 */
static size_t lay_out(uint8_t *bytes, const struct elf_object *object,
		      struct layout *layout)
{
	size_t headers = layout->file.e_shnum * sizeof(*layout->sections);
	size_t size = sizeof(layout->file);

	for (size_t i = 0; i < layout->file.e_shnum; i++) {
		Elf64_Shdr *shdr = &layout->sections[i];

		if (shdr->sh_type == SHT_NULL || shdr->sh_type == SHT_NOBITS)
			continue;
		size = aligned(size, shdr->sh_addralign);
		memcpy(bytes + size, object->bytes + shdr->sh_offset,
		       shdr->sh_size);
		shdr->sh_offset = size;
		size += shdr->sh_size;
	}
	size = aligned(size, sizeof(uint64_t));
	layout->file.e_shoff = size;
	memcpy(bytes, &layout->file, sizeof(layout->file));
	memcpy(bytes + size, layout->sections, headers);
	return size + headers;
}

int elf_object_strip(struct elf_object *object)
{
	struct layout layout;
	uint8_t *bytes;
	int err = layout_read(&layout, object);

	if (err)
		return err;
	if (!is_plain(object, &layout))
		goto out;
	bytes = calloc(1, sizeof(layout.file) + object->size +
				  layout.file.e_shnum *
					  (sizeof(Elf64_Shdr) + ALIGN_MAX) +
				  sizeof(uint64_t));
	if (!bytes) {
		err = -ENOMEM;
		goto out;
	}
	shrink(object, &layout);
	object->size = lay_out(bytes, object, &layout);
	free(object->bytes);
	object->bytes = bytes;
out:
	free(layout.sections);
	return err;
}
