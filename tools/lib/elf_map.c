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

static const struct btf_member *
find_member(const struct btf *btf, const struct btf_type *map, const char *name)
{
	for (unsigned int i = 0; i < btf_vlen(map); i++) {
		const struct btf_member *member = btf_members(map) + i;
		const char *its_name =
			btf__name_by_offset(btf, member->name_off);

		if (its_name && !strcmp(its_name, name))
			return member;
	}
	return NULL;
}

/* The struct that defines the map; NULL, with *err set, on failure. */
static const struct btf_type *find_map(const struct btf *btf, const char *map,
				       int *err)
{
	int id = btf__find_by_name_kind(btf, map, BTF_KIND_VAR);
	const struct btf_type *type = NULL;

	*err = id > 0 ? 0 : -ENOENT;
	if (id > 0)
		type = type_of(btf, btf__type_by_id(btf, id)->type,
			       BTF_KIND_STRUCT);
	if (id > 0 && !type)
		*err = -EINVAL;
	return type;
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
	const struct btf_type *type = find_map(btf, map, err), *pointer, *array;
	const struct btf_member *member;

	if (!type)
		return NULL;
	*err = -EINVAL;
	member = find_member(btf, type, "max_entries");
	pointer = member ? type_of(btf, member->type, BTF_KIND_PTR) : NULL;
	array = pointer ? type_of(btf, pointer->type, BTF_KIND_ARRAY) : NULL;
	if (!array || is_shared(btf, member->type, pointer->type))
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

/* An object's BTF: libbpf parses a copy of the section. */
struct map_types {
	uint8_t *bytes;
	struct btf *btf;
	libbpf_print_fn_t print;
};

static bool open_types(struct map_types *types, const struct elf_object *object)
{
	size_t size = 0;

	/* silence libbpf's messages about damaged objects */
	types->print = libbpf_set_print(NULL);
	types->bytes = elf_object_section(object, BTF_SECTION, &size);
	types->btf = types->bytes ? btf__new(types->bytes, size) : NULL;
	return types->btf && is_native(types->btf);
}

static void close_types(struct map_types *types)
{
	btf__free(types->btf);
	libbpf_set_print(types->print);
}

/* Writes at the same offset of the section as in the copy. */
static void write_number(const struct map_types *types, const uint32_t *number,
			 uint32_t value)
{
	uint32_t size;

	memcpy(types->bytes + ((uint8_t *)number -
			       (uint8_t *)btf__raw_data(types->btf, &size)),
	       &value, sizeof(value));
}

int elf_map_set_entries(struct elf_object *object, const char *map,
			uint32_t entries)
{
	const uint32_t *number = NULL;
	struct map_types types;
	int err = -EINVAL;

	if (open_types(&types, object))
		number = find_entries(types.btf, map, &err);
	if (number)
		write_number(&types, number, entries);
	close_types(&types);
	return err;
}

bool elf_map_exists(const struct elf_object *object, const char *map)
{
	struct map_types types;
	bool exists = false;
	int err;

	if (open_types(&types, object))
		exists = find_map(types.btf, map, &err);
	close_types(&types);
	return exists;
}

/*
 * The member `pinning` is renamed: libbpf takes the last number of entries that
 * it meets, and LIBBPF_PIN_BY_NAME is 1.
 */
int elf_map_unpin(struct elf_object *object, const char *map)
{
	const struct btf_member *pinning = NULL, *entries;
	const struct btf_type *type = NULL;
	struct map_types types;
	int err = -EINVAL;

	if (open_types(&types, object))
		type = find_map(types.btf, map, &err);
	if (type) {
		pinning = find_member(types.btf, type, "pinning");
		entries = find_member(types.btf, type, "max_entries");
		if (!entries || (pinning && pinning < entries))
			err = -EINVAL;
		else if (pinning)
			write_number(&types, &pinning->name_off,
				     entries->name_off);
	}
	close_types(&types);
	return err;
}
