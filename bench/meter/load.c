// SPDX-License-Identifier: GPL-2.0-only
/* Loads programs and their drivers. */
#include <errno.h>
#include <linux/limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "frames.h"
#include "meter.h"
#include "object.h"

static int load_fail(const char *path, const char *what, int err)
{
	fprintf(stderr, "meter: %s: %s: %s\n", path, what, strerror(-err));
	return err;
}

/* Loads only one of the object's programs. */
static struct bpf_program *choose_program(struct bpf_object *object,
					  const char *hook)
{
	struct bpf_program *chosen = object_program(object, hook), *program;

	bpf_object__for_each_program (program, object)
		bpf_program__set_autoload(program, program == chosen);
	return chosen;
}

/* The object is not closed before the meter exits. */
int meter_load(const char *path, const char *hook)
{
	struct bpf_object *object = object_open(path);
	struct bpf_program *program;
	int err;

	if (!object)
		return -ENOENT;
	program = choose_program(object, hook);
	if (!program)
		return load_fail(path, "no such section", -ENOENT);
	err = bpf_object__load(object);
	if (err)
		return load_fail(path, "cannot be loaded", err);
	return bpf_program__fd(program);
}

int meter_load_empty(const char *hook)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/empty.bpf.o", meter_directory);
	return meter_load(path, hook);
}

static int join(struct bpf_object *object, int program)
{
	int next = bpf_object__find_map_fd_by_name(object, "driver_next");
	uint32_t slot = 0;

	return bpf_map_update_elem(next, &slot, &program, BPF_ANY);
}

/* The driver's .bss, which holds all of its variables. */
static struct driver_progress *progress_of(struct bpf_object *object)
{
	int map = bpf_object__find_map_fd_by_name(object, ".bss");
	void *progress = mmap(NULL, sizeof(struct driver_progress),
			      PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	return progress == MAP_FAILED ? NULL : progress;
}

int meter_load_driver(const struct meter_row *row, const struct frames *frames,
		      enum meter_side side, struct meter_driver *driver)
{
	struct bpf_object *object;
	struct bpf_program *program;
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/driver.bpf.o", meter_directory);
	object = object_open(path);
	if (!object)
		return -ENOENT;
	program = choose_program(object, row->hook);
	err = frames_attach(object, frames);
	if (!err)
		err = bpf_object__load(object);
	if (!err)
		err = join(object, row->programs[side]);
	driver->progress = progress_of(object);
	if (!err && !driver->progress)
		err = -ENOENT;
	if (err)
		return load_fail(path, "cannot be loaded", err);
	driver->program = bpf_program__fd(program);
	return 0;
}
