// SPDX-License-Identifier: GPL-2.0-only
/*
 * libbpf's BTF map definitions encode max_entries as the length of an array: a
 * map is a variable of a struct type with a member max_entries of type "pointer
 * to array". The array type's nelems is overwritten in the object's .BTF
 * section.
 */
#include "elf_map.h"

#include <errno.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define BTF_SECTION ".BTF"

static const struct btf_type *type_of(const struct btf *btf, uint32_t id,
				      unsigned int kind)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	return type && btf_kind(type) == kind ? type : NULL;
}

/* The type of max_entries, a pointer to an array; 0 if not found. */
static uint32_t entries_pointer(const struct btf *btf,
				const struct btf_type *map)
{
	for (unsigned int i = 0; i < btf_vlen(map); i++) {
		const struct btf_member *member = btf_members(map) + i;
		const char *name = btf__name_by_offset(btf, member->name_off);

		if (name && !strcmp(name, "max_entries"))
			return member->type;
	}
	return 0;
}

static unsigned int count_members(const struct btf_type *type, uint32_t id)
{
	unsigned int count = 0;

	for (unsigned int i = 0; btf_is_struct(type) && i < btf_vlen(type); i++)
		count += btf_members(type)[i].type == id;
	return count;
}

/* True if another map uses the pointer or the array, and would change, too. */
static bool is_shared(const struct btf *btf, uint32_t pointer, uint32_t array)
{
	unsigned int pointers = 0, members = 0;

	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);

		pointers += btf_is_ptr(type) && type->type == array;
		members += count_members(type, pointer);
	}
	return pointers != 1 || members != 1;
}

/* The array's nelems in the BTF; NULL, with *err set, on failure. */
static const uint32_t *find_entries(const struct btf *btf, const char *map,
				    int *err)
{
	int id = btf__find_by_name_kind(btf, map, BTF_KIND_VAR);
	const struct btf_type *type, *pointer, *array;
	uint32_t pointer_id;

	*err = -ENOENT;
	if (id <= 0)
		return NULL;
	*err = -EINVAL;
	type = type_of(btf, btf__type_by_id(btf, id)->type, BTF_KIND_STRUCT);
	pointer_id = type ? entries_pointer(btf, type) : 0;
	pointer = type_of(btf, pointer_id, BTF_KIND_PTR);
	array = pointer ? type_of(btf, pointer->type, BTF_KIND_ARRAY) : NULL;
	if (!array || is_shared(btf, pointer_id, pointer->type))
		return NULL;
	*err = 0;
	return &btf_array(array)->nelems;
}

static bool is_native(const struct btf *btf)
{
	return btf__endianness(btf) ==
	       (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? BTF_LITTLE_ENDIAN
							  : BTF_BIG_ENDIAN);
}

/* libbpf parses a copy: write at the same offset of the original. */
static int set_entries(uint8_t *bytes, const struct btf *btf, const char *map,
		       uint32_t entries)
{
	const uint32_t *number;
	uint32_t size;
	int err;

	if (!is_native(btf))
		return -EINVAL;
	number = find_entries(btf, map, &err);
	if (number)
		memcpy(bytes + ((uint8_t *)number -
				(uint8_t *)btf__raw_data(btf, &size)),
		       &entries, sizeof(entries));
	return err;
}

int elf_map_set_entries(struct elf_object *object, const char *map,
			uint32_t entries)
{
	/* silence libbpf's messages about damaged objects */
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	size_t size = 0;
	uint8_t *bytes = elf_object_section(object, BTF_SECTION, &size);
	struct btf *btf = bytes ? btf__new(bytes, size) : NULL;
	int err = -EINVAL;

	if (btf)
		err = set_entries(bytes, btf, map, entries);
	btf__free(btf);
	libbpf_set_print(print);
	return err;
}
