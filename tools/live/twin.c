// SPDX-License-Identifier: GPL-2.0-only
#include "twin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "policy_table.h"
#include "twin_map.h"

int twins_refuse(struct twins *twins, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(twins->error.text, sizeof(twins->error.text), format, args);
	va_end(args);
	return -EINVAL;
}

/* --- preventing side effects */

static bool is_clone_redirect(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg &&
	       insn->imm == BPF_FUNC_clone_redirect;
}

static bool has_clone_redirect(const struct bpf_insn *insns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_clone_redirect(&insns[i]))
			return true;
	}
	return false;
}

/*
 * Replaces calls of bpf_clone_redirect(), which would really send a packet, by
 * a return value of 0.
 */
static void patch_clone_redirect(struct bpf_insn *insns, size_t count)
{
	static const struct bpf_insn succeeded = {
		.code = BPF_ALU64 | BPF_MOV | BPF_K,
		.dst_reg = BPF_REG_0,
	};

	for (size_t i = 0; i < count; i++) {
		if (is_clone_redirect(&insns[i]))
			insns[i] = succeeded;
	}
}

static bool calls_kernel(const struct bpf_insn *insns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (insns[i].code == (BPF_JMP | BPF_CALL) &&
		    insns[i].src_reg == BPF_PSEUDO_KFUNC_CALL)
			return true;
	}
	return false;
}

/* Loads only the program that runs on the hook. */
static struct bpf_program *choose_program(const struct twins *twins,
					  const struct twin *twin,
					  struct bpf_object *object)
{
	struct bpf_program *program, *chosen = NULL;

	bpf_object__for_each_program (program, object) {
		bool is_it =
			!strcmp(bpf_program__section_name(program),
				twins->section) &&
			!strcmp(bpf_program__name(program), twin->running.name);

		bpf_program__set_autoload(program, is_it);
		if (is_it)
			chosen = program;
	}
	if (chosen && twins->hook != TG_HOOK_XDP)
		bpf_program__set_type(chosen, BPF_PROG_TYPE_SCHED_CLS);
	return chosen;
}

/*
 * Loads the patched instructions. The object was loaded before, so its license
 * and its BTF have been checked.
 */
static int load_patched(const struct twins *twins, struct bpf_program *program,
			const struct bpf_insn *insns, size_t count)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options);

	options.expected_attach_type =
		bpf_program__expected_attach_type(program);
	if (twins->multi_buffer)
		options.prog_flags = BPF_F_XDP_HAS_FRAGS;
	return bpf_prog_load(bpf_program__type(program), "tg_twin", "GPL",
			     insns, count, &options);
}

/*
 * The maps of the twin, those that it has. They come in the same order from the
 * same file; their names are those of the maps that the twin shares.
 */
static int share_maps(const struct twin *twin, struct bpf_object *object)
{
	struct bpf_map *map, *own = NULL;
	int err = 0;

	bpf_object__for_each_map (map, object) {
		own = bpf_object__next_map(twin->object, own);
		if (!own)
			return -ESTALE;
		bpf_map__set_pin_path(map, NULL);
		if (bpf_map__autocreate(own))
			err = bpf_map__reuse_fd(map, bpf_map__fd(own));
		else
			err = bpf_map__set_autocreate(map, false);
		if (err)
			return err;
	}
	return 0;
}

static int patch_program(struct bpf_program *program)
{
	size_t count = bpf_program__insn_cnt(program);
	struct bpf_insn *insns = malloc(count * sizeof(*insns));
	int err;

	if (!insns)
		return -ENOMEM;
	memcpy(insns, bpf_program__insns(program), count * sizeof(*insns));
	patch_clone_redirect(insns, count);
	err = bpf_program__set_insns(program, insns, count);
	free(insns);
	return err;
}

/*
 * The same for a program with callbacks, which the kernel takes only with the
 * types of its functions: libbpf has to load it, so the file is opened again.
 * Only the program itself is patched: a call that is left in a function of its
 * own is an error.
 */
static int load_patched_object(const struct twins *twins, struct twin *twin,
			       const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;
	int err = -ESTALE;

	if (!object)
		return -ESTALE;
	program = choose_program(twins, twin, object);
	if (program)
		err = share_maps(twin, object);
	if (!err)
		err = patch_program(program);
	if (!err)
		err = bpf_object__load(object);
	if (!err && has_clone_redirect(bpf_program__insns(program),
				       bpf_program__insn_cnt(program)))
		err = -EINVAL;
	if (!err)
		err = fcntl(bpf_program__fd(program), F_DUPFD_CLOEXEC, 0);
	bpf_object__close(object);
	return err;
}

/*
 * The verifier has removed the mirror code from a policy whose constants do not
 * use it, so that policy need not be loaded a second time, which is slow.
 */
static bool is_policy_without_mirror(const struct twin *twin)
{
	struct bpf_map *map =
		bpf_object__find_map_by_name(twin->object, ".rodata.consts");
	struct tg_policy policy;
	__u32 key = 0;

	return twin->rules && map &&
	       bpf_map__value_size(map) == sizeof(policy) &&
	       bpf_map_lookup_elem(bpf_map__fd(map), &key, &policy) == 0 &&
	       !(policy.used & TG_ACT_MIRROR);
}

static int take_program(struct twins *twins, struct twin *twin,
			struct bpf_program *program, const char *path)
{
	size_t count = bpf_program__insn_cnt(program);
	struct bpf_insn *insns;

	twin->fd = bpf_program__fd(program);
	if (calls_kernel(bpf_program__insns(program), count))
		return twins_refuse(twins,
				    "'%s' calls functions of the kernel, and "
				    "what they change cannot be told: it is "
				    "not run",
				    twin->plugin);
	if (is_policy_without_mirror(twin) ||
	    !has_clone_redirect(bpf_program__insns(program), count))
		return 0;
	insns = malloc(count * sizeof(*insns));
	if (!insns)
		return -ENOMEM;
	memcpy(insns, bpf_program__insns(program), count * sizeof(*insns));
	patch_clone_redirect(insns, count);
	twin->fd_of_patched = load_patched(twins, program, insns, count);
	if (twin->fd_of_patched < 0)
		twin->fd_of_patched = load_patched_object(twins, twin, path);
	twin->fd = twin->fd_of_patched;
	free(insns);
	return twin->fd < 0 ? twin->fd : 0;
}

/* --- from the file to the program */

/* Returns -ESTALE if the code differs from that of the running program. */
static int check_tag(const struct twin *twin, struct bpf_program *program)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) < 0)
		return -errno;
	return memcmp(info.tag, twin->running.tag, sizeof(info.tag)) ? -ESTALE
								     : 0;
}

static void close_object(struct twin *twin)
{
	twin_maps_free(twin);
	bpf_object__close(twin->object);
	twin->object = NULL;
}

static int load_object(struct twins *twins, struct twin *twin, const char *path)
{
	struct bpf_program *program;
	int err;

	twin->object = bpf_object__open_file(path, NULL);
	if (!twin->object)
		return -ESTALE;
	program = choose_program(twins, twin, twin->object);
	err = program ? twin_maps_choose(twins, twin) : -ESTALE;
	if (!err && bpf_object__load(twin->object))
		err = -ESTALE;
	if (!err)
		err = check_tag(twin, program);
	if (!err)
		err = twin_maps_fill(twin, twins->expand);
	if (!err)
		err = take_program(twins, twin, program, path);
	return err;
}

/*
 * Candidates for the program's file: the object in the chain, the object of a
 * command that is still running, the objects that were built. The tag tells
 * whether the code is the same; constants may differ, but are read from the
 * running program.
 */
static int path_of(const struct twins *twins, const struct twin *twin, int n,
		   char **path)
{
	const char *hook = strchr(twins->section, '.') ? "xdp" : twins->section;
	const char *suffix = twins->multi_buffer ? ".frags" : "";

	switch (n) {
	case 0:
	case 1:
		suffix = n ? ".new" : "";
		if (twin->slot == TWIN_GATE_SLOT)
			return asprintf(path, "%s/%s.gate.o%s", twins->objects,
					hook, suffix);
		return asprintf(path, "%s/%s.%u.o%s", twins->objects, hook,
				twin->slot, suffix);
	case 2:
		return asprintf(path, "%s/%s%s.o", twins->plugins, twin->plugin,
				suffix);
	case 3:
		return asprintf(path, "%s/%s.live%s.o", twins->plugins,
				twin->plugin, suffix);
	default:
		return 0;
	}
}

static int load_twin(struct twins *twins, struct twin *twin)
{
	int err = -ESTALE;

	for (int n = 0; err == -ESTALE; n++) {
		char *path = NULL;
		int length = path_of(twins, twin, n, &path);

		if (length < 0)
			return -ENOMEM;
		if (length == 0)
			break;
		err = load_object(twins, twin, path);
		if (err)
			close_object(twin);
		free(path);
	}
	if (err == -ESTALE)
		return twins_refuse(twins,
				    "what runs as '%s' (program %u) is not "
				    "what its object file holds, or the file "
				    "is gone: put it into the chain again",
				    twin->plugin, twin->running.id);
	return err;
}

/* --- the chain */

static void name_plugin(const struct twins *twins, struct twin *twin)
{
	char suffix[16] = "_xdp";
	char *end;

	if (twins->hook != TG_HOOK_XDP)
		snprintf(suffix, sizeof(suffix), "_%s", twins->section);
	snprintf(twin->plugin, sizeof(twin->plugin), "%s", twin->running.name);
	end = strstr(twin->plugin, suffix);
	if (end && end[strlen(suffix)] == '\0')
		*end = '\0';
}

int twins_start(struct twins *twins)
{
	twins->array = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "tg_twins",
				      sizeof(__u32), sizeof(__u32),
				      TG_SLOTS + 1, NULL);
	if (twins->array >= 0)
		return 0;
	twins_refuse(twins, "no map for the twins: %s", strerror(errno));
	return -errno;
}

int twins_add(struct twins *twins, uint32_t slot, uint32_t id)
{
	struct twin *twin = &twins->list[twins->count];
	int err;

	if (twins->count == TWIN_CHAIN_MAX)
		return twins_refuse(twins, "the chain is too long");
	*twin = (struct twin){ .slot = slot, .fd = -1, .fd_of_patched = -1 };
	twins->count++;
	err = program_read(&twin->running, id);
	if (err == -ENOENT) {
		twins->error.gone = true;
		return twins_refuse(twins, "program %u is gone", id);
	}
	if (!err) {
		name_plugin(twins, twin);
		err = load_twin(twins, twin);
	}
	if (!err &&
	    bpf_map_update_elem(twins->array, &slot, &twin->fd, BPF_ANY) < 0)
		err = -errno;
	if (err && !*twins->error.text)
		twins_refuse(twins, "'%s' (program %u): %s", twin->plugin, id,
			     strerror(-err));
	return err;
}

void twins_end(struct twins *twins)
{
	for (size_t i = 0; i < twins->count; i++) {
		close_object(&twins->list[i]);
		if (twins->list[i].fd_of_patched >= 0)
			close(twins->list[i].fd_of_patched);
	}
	if (twins->array >= 0)
		close(twins->array);
}
