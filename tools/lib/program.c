// SPDX-License-Identifier: GPL-2.0-only
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define RODATA ".rodata"

/* The kernel cuts names after 15 characters; BTF has the whole one. */
static void full_name(int fd, const struct bpf_prog_info *known, char *name)
{
	struct bpf_func_info *funcs;
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	struct btf *btf;
	const struct btf_type *type;
	const char *found;

	if (!known->btf_id || !known->nr_func_info ||
	    known->func_info_rec_size < sizeof(*funcs))
		return;
	btf = btf__load_from_kernel_by_id(known->btf_id);
	funcs = calloc(known->nr_func_info, known->func_info_rec_size);
	if (libbpf_get_error(btf) || !funcs)
		goto out;
	info.nr_func_info = known->nr_func_info;
	info.func_info_rec_size = known->func_info_rec_size;
	info.func_info = (uintptr_t)funcs;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		goto out;
	type = btf__type_by_id(btf, funcs[0].type_id);
	found = type ? btf__name_by_offset(btf, type->name_off) : NULL;
	if (found && *found)
		snprintf(name, PROGRAM_NAME_SIZE, "%s", found);
out:
	free(funcs);
	btf__free(btf);
}

int program_read(struct program *program, uint32_t id)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);
	int err = 0;

	*program = (struct program){ .id = id };
	if (fd < 0)
		return -errno;
	info.nr_map_ids = PROGRAM_MAPS_MAX;
	info.map_ids = (uintptr_t)program->map_ids;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0) {
		err = -errno;
		goto out;
	}
	program->maps = info.nr_map_ids < PROGRAM_MAPS_MAX ? info.nr_map_ids
							   : PROGRAM_MAPS_MAX;
	memcpy(program->tag, info.tag, sizeof(program->tag));
	snprintf(program->name, sizeof(program->name), "%s", info.name);
	full_name(fd, &info, program->name);
out:
	close(fd);
	return err;
}

static const struct btf_type *skip_qualifiers(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type)))
		type = btf__type_by_id(btf, type->type);
	return type;
}

/* In bytes from the start of the struct, or -1. */
static int member_offset(const struct btf *btf, const struct btf_type *type,
			 const char *name)
{
	const struct btf_member *members;

	if (!type || !btf_is_struct(type))
		return -1;
	members = btf_members(type);
	for (int i = 0; i < btf_vlen(type); i++) {
		const char *its_name =
			btf__name_by_offset(btf, members[i].name_off);

		if (its_name && !strcmp(its_name, name) &&
		    !btf_member_bitfield_size(type, i))
			return btf_member_bit_offset(type, i) / 8;
	}
	return -1;
}

/* Of "variable" or "variable.member": is the first word this one? */
static bool names_variable(const char *name, const char *variable)
{
	size_t size = strcspn(name, ".");

	return variable && strlen(variable) == size &&
	       !memcmp(name, variable, size);
}

/* The constant's offset in a section of data, or -1. */
static int offset_of(const struct btf *btf, __u32 datasec_id, const char *name)
{
	const struct btf_type *datasec = btf__type_by_id(btf, datasec_id);
	const struct btf_var_secinfo *infos;
	const char *member = strchr(name, '.');

	if (!datasec || !btf_is_datasec(datasec))
		return -1;
	infos = btf_var_secinfos(datasec);
	for (int i = 0; i < btf_vlen(datasec); i++) {
		const struct btf_type *var =
			btf__type_by_id(btf, infos[i].type);
		int offset = 0;

		if (!var || !names_variable(name, btf__name_by_offset(
							  btf, var->name_off)))
			continue;
		if (member)
			offset = member_offset(btf,
					       skip_qualifiers(btf, var->type),
					       member + 1);
		else if (infos[i].size != sizeof(uint32_t))
			continue;
		return offset < 0 ? -1 : (int)infos[i].offset + offset;
	}
	return -1;
}

static bool constant_in_map(int fd, const char *name, uint32_t *value)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info), key = 0;
	struct btf *btf = NULL;
	char *bytes = NULL;
	bool found = false;
	int offset;

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0 ||
	    info.type != BPF_MAP_TYPE_ARRAY || info.max_entries != 1 ||
	    !strstr(info.name, RODATA) || !info.btf_value_type_id)
		return false;
	btf = btf__load_from_kernel_by_id(info.btf_id);
	if (libbpf_get_error(btf))
		return false;
	offset = offset_of(btf, info.btf_value_type_id, name);
	bytes = malloc(info.value_size);
	if (offset >= 0 && bytes &&
	    offset + sizeof(*value) <= info.value_size &&
	    bpf_map_lookup_elem(fd, &key, bytes) == 0) {
		memcpy(value, bytes + offset, sizeof(*value));
		found = true;
	}
	free(bytes);
	btf__free(btf);
	return found;
}

bool program_constant(const struct program *program, const char *name,
		      uint32_t *value)
{
	bool found = false;

	for (uint32_t i = 0; i < program->maps && !found; i++) {
		int fd = bpf_map_get_fd_by_id(program->map_ids[i]);

		if (fd < 0)
			continue;
		found = constant_in_map(fd, name, value);
		close(fd);
	}
	return found;
}
