// SPDX-License-Identifier: GPL-2.0-only
/*
 * A map is a variable of a struct type, and its member max_entries a pointer to
 * an array: the array's length is the number. So the way there leads through
 * four types of the BTF, and each may lie.
 */
#include "elf_map.h"

#include <errno.h>
#include <linux/btf.h>
#include <string.h>
#include <sys/types.h>

#define BTF_SECTION ".BTF"
#define TYPES_MAX (1 << 20)

struct btf {
	uint8_t *types;
	size_t types_size;
	const char *strings;
	size_t strings_size;
};

/* What follows the fixed part of a type; negative for kinds we don't know. */
static ssize_t rest_size(const struct btf_type *type)
{
	size_t count = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return count * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return count * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return count * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return count * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return count * sizeof(struct btf_var_secinfo);
	default:
		return -1;
	}
}

/* The type at *offset, and *offset after it; NULL at the end, or past it. */
static struct btf_type *next_type(const struct btf *btf, size_t *offset)
{
	struct btf_type *type = (void *)(btf->types + *offset);
	ssize_t rest;

	if (btf->types_size - *offset < sizeof(*type))
		return NULL;
	rest = rest_size(type);
	if (rest < 0 ||
	    btf->types_size - *offset - sizeof(*type) < (size_t)rest)
		return NULL;
	*offset += sizeof(*type) + rest;
	return type;
}

static struct btf_type *type_by_id(const struct btf *btf, uint32_t id)
{
	size_t offset = 0;
	struct btf_type *type = NULL;

	if (!id || id > TYPES_MAX)
		return NULL;
	while (id--) {
		type = next_type(btf, &offset);
		if (!type)
			return NULL;
	}
	return type;
}

static bool is_named(const struct btf *btf, uint32_t name, const char *wanted)
{
	size_t size = strlen(wanted) + 1;

	return name < btf->strings_size && size <= btf->strings_size - name &&
	       !memcmp(btf->strings + name, wanted, size);
}

static bool is_kind(const struct btf_type *type, unsigned int kind)
{
	return type && BTF_INFO_KIND(type->info) == kind;
}

static struct btf_type *find_map(const struct btf *btf, const char *map)
{
	struct btf_type *type;
	size_t offset = 0;

	while ((type = next_type(btf, &offset))) {
		if (is_kind(type, BTF_KIND_VAR) &&
		    is_named(btf, type->name_off, map))
			return type_by_id(btf, type->type);
	}
	return NULL;
}

/* The pointer to the array, by its number. */
static uint32_t entries_pointer(const struct btf *btf,
				const struct btf_type *map)
{
	const struct btf_member *member = (void *)(map + 1);

	for (size_t i = 0; i < BTF_INFO_VLEN(map->info); i++, member++) {
		if (is_named(btf, member->name_off, "max_entries"))
			return member->type;
	}
	return 0;
}

/* How many pointers lead to an array; more than one, and it is shared. */
static size_t count_pointers(const struct btf *btf, uint32_t array)
{
	struct btf_type *type;
	size_t offset = 0, count = 0;

	while ((type = next_type(btf, &offset)))
		count += is_kind(type, BTF_KIND_PTR) && type->type == array;
	return count;
}

static size_t count_members(const struct btf *btf, uint32_t pointer)
{
	struct btf_type *type;
	size_t offset = 0, count = 0;

	while ((type = next_type(btf, &offset))) {
		const struct btf_member *member = (void *)(type + 1);

		if (!is_kind(type, BTF_KIND_STRUCT))
			continue;
		for (size_t i = 0; i < BTF_INFO_VLEN(type->info); i++)
			count += member[i].type == pointer;
	}
	return count;
}

static bool open_btf(const struct elf_object *object, struct btf *btf)
{
	size_t size;
	uint8_t *bytes = elf_object_section(object, BTF_SECTION, &size);
	const struct btf_header *header = (void *)bytes;

	if (!bytes || (uintptr_t)bytes % 4 || size < sizeof(*header) ||
	    header->magic != BTF_MAGIC || header->hdr_len > size ||
	    header->hdr_len % 4 || header->type_off % 4)
		return false;
	bytes += header->hdr_len;
	size -= header->hdr_len;
	if (header->type_off > size ||
	    header->type_len > size - header->type_off ||
	    header->str_off > size || header->str_len > size - header->str_off)
		return false;
	*btf = (struct btf){ bytes + header->type_off, header->type_len,
			     (char *)bytes + header->str_off, header->str_len };
	return true;
}

int elf_map_set_entries(struct elf_object *object, const char *map,
			uint32_t entries)
{
	struct btf_type *type, *pointer, *array;
	uint32_t id;
	struct btf btf;

	if (!open_btf(object, &btf))
		return -EINVAL;
	type = find_map(&btf, map);
	if (!type)
		return -ENOENT;
	id = is_kind(type, BTF_KIND_STRUCT) ? entries_pointer(&btf, type) : 0;
	pointer = type_by_id(&btf, id);
	if (!is_kind(pointer, BTF_KIND_PTR))
		return -EINVAL;
	array = type_by_id(&btf, pointer->type);
	if (!is_kind(array, BTF_KIND_ARRAY) ||
	    count_pointers(&btf, pointer->type) != 1 ||
	    count_members(&btf, id) != 1)
		return -EINVAL;
	((struct btf_array *)(array + 1))->nelems = entries;
	return 0;
}
