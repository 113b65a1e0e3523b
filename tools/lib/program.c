// SPDX-License-Identifier: GPL-2.0-only
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define RODATA ".rodata"

/*
 * Caches the BTF that was read last: a program and its maps share one BTF, and
 * callers read several constants in a row.
 */
static struct btf *kernel_btf(uint32_t id)
{
	static struct btf *last;
	static uint32_t last_id;

	if (last && last_id == id)
		return last;
	btf__free(last);
	last_id = id;
	last = btf__load_from_kernel_by_id(id);
	if (!libbpf_get_error(last))
		return last;
	last = NULL; /* errno is set by libbpf */
	return NULL;
}

/*
 * The kernel truncates names to 15 characters; BTF has the full function name.
 */
static int full_name(int fd, const struct bpf_prog_info *known, char *name)
{
	struct bpf_func_info *funcs;
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	struct btf *btf;
	const struct btf_type *type;
	const char *found;
	int err = 0;

	if (!known->btf_id || !known->nr_func_info ||
	    known->func_info_rec_size < sizeof(*funcs))
		return 0;
	btf = kernel_btf(known->btf_id);
	if (!btf)
		return -errno;
	funcs = calloc(known->nr_func_info, known->func_info_rec_size);
	if (!funcs)
		return -ENOMEM;
	info.nr_func_info = known->nr_func_info;
	info.func_info_rec_size = known->func_info_rec_size;
	info.func_info = (uintptr_t)funcs;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0) {
		err = -errno;
		goto out;
	}
	type = btf__type_by_id(btf, funcs[0].type_id);
	found = type ? btf__name_by_offset(btf, type->name_off) : NULL;
	if (found && *found)
		snprintf(name, PROGRAM_NAME_SIZE, "%s", found);
out:
	free(funcs);
	return err;
}

/* UNIX time of a time since boot, in nanoseconds. */
static uint64_t wall_time(uint64_t since_boot)
{
	struct timespec boot, now;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec - (boot.tv_sec - since_boot / 1000000000);
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
	program->loaded = wall_time(info.load_time);
	snprintf(program->name, sizeof(program->name), "%s", info.name);
	err = full_name(fd, &info, program->name);
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

/* Offset of a member in bytes, or -1. */
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

/* Does name, "variable" or "variable.member", refer to this variable? */
static bool names_variable(const char *name, const char *variable)
{
	size_t size = strcspn(name, ".");

	return variable && strlen(variable) == size &&
	       !memcmp(name, variable, size);
}

/* Offset of the constant in a data section, in bytes, or -1. */
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

/* The contents of a .rodata map, which has one entry. */
struct rodata {
	int fd;
	uint32_t size;
	char *bytes; /* NULL until the first constant is read */
};

static int rodata_read(struct rodata *rodata, int offset, uint32_t *value)
{
	uint32_t key = 0;

	if (offset + sizeof(*value) > rodata->size)
		return -ERANGE;
	if (!rodata->bytes) {
		rodata->bytes = malloc(rodata->size);
		if (!rodata->bytes)
			return -ENOMEM;
		if (bpf_map_lookup_elem(rodata->fd, &key, rodata->bytes) < 0) {
			int err = -errno;

			free(rodata->bytes);
			rodata->bytes = NULL;
			return err;
		}
	}
	memcpy(value, rodata->bytes + offset, sizeof(*value));
	return 0;
}

static int constants_in_map(int fd, size_t count, const char *const *names,
			    uint32_t *values, bool *found)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	struct rodata rodata;
	struct btf *btf;
	int err = 0;

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.max_entries != 1 ||
	    !strstr(info.name, RODATA) || !info.btf_value_type_id)
		return 0;
	btf = kernel_btf(info.btf_id);
	if (!btf)
		return -errno;
	rodata = (struct rodata){ .fd = fd, .size = info.value_size };
	for (size_t i = 0; !err && i < count; i++) {
		int offset;

		if (found[i])
			continue;
		offset = offset_of(btf, info.btf_value_type_id, names[i]);
		if (offset < 0)
			continue;
		err = rodata_read(&rodata, offset, &values[i]);
		found[i] = !err;
	}
	free(rodata.bytes);
	return err;
}

int program_constants(const struct program *program, size_t count,
		      const char *const *names, uint32_t *values, bool *found)
{
	int err = 0;

	memset(found, 0, count * sizeof(*found));
	for (uint32_t i = 0; !err && i < program->maps; i++) {
		int fd = bpf_map_get_fd_by_id(program->map_ids[i]);

		if (fd < 0)
			return -errno;
		err = constants_in_map(fd, count, names, values, found);
		close(fd);
	}
	return err;
}

bool program_constant(const struct program *program, const char *name,
		      uint32_t *value)
{
	bool found = false;

	program_constants(program, 1, &name, value, &found);
	return found;
}
