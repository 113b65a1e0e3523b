// SPDX-License-Identifier: GPL-2.0-only
#include "object.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* libbpf only knows the section names of XDP. */
static void set_types(struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, object) {
		const char *section = bpf_program__section_name(program);

		if (!strcmp(section, "ingress") || !strcmp(section, "egress"))
			bpf_program__set_type(program, BPF_PROG_TYPE_SCHED_CLS);
	}
}

static int forget_pins(struct bpf_object *object)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map (map, object) {
		if (!err)
			err = bpf_map__set_pin_path(map, NULL);
	}
	return err;
}

struct bpf_object *object_open(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	int err = object ? 0 : -errno;

	if (!err)
		err = forget_pins(object);
	if (err) {
		fprintf(stderr, "%s: %s\n", path, strerror(-err));
		bpf_object__close(object);
		return NULL;
	}
	set_types(object);
	return object;
}

struct bpf_object *object_load(const char *path)
{
	struct bpf_object *object = object_open(path);
	int err = object ? bpf_object__load(object) : 0;

	if (!err)
		return object;
	fprintf(stderr, "%s: cannot be loaded: %s\n", path, strerror(-err));
	bpf_object__close(object);
	return NULL;
}

struct bpf_program *object_program(struct bpf_object *object,
				   const char *section)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, object) {
		if (!strcmp(bpf_program__section_name(program), section))
			return program;
	}
	return NULL;
}
