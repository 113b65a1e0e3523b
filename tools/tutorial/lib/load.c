// SPDX-License-Identifier: GPL-2.0-only
#include "tutorial.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Discards libbpf's messages; the loaders print one line of their own. */
static int quiet(enum libbpf_print_level level, const char *format,
		 va_list words)
{
	(void)level;
	(void)format;
	(void)words;
	return 0;
}

static struct bpf_object *open_object(const char *path)
{
	struct bpf_object *object;

	if (access(path, R_OK) < 0)
		die("%s: %s", path, strerror(errno));
	object = bpf_object__open_file(path, NULL);
	if (libbpf_get_error(object))
		die("%s: no BPF object: 'make' builds them from *.bpf.c", path);
	return object;
}

/* Selects the one program to load. */
static struct bpf_program *choose_program(struct bpf_object *object,
					  const char *section)
{
	struct bpf_program *program, *chosen = NULL;

	bpf_object__for_each_program (program, object) {
		bool wanted =
			!strcmp(bpf_program__section_name(program), section);

		bpf_program__set_autoload(program, wanted && !chosen);
		if (wanted && !chosen)
			chosen = program;
	}
	return chosen;
}

static const char *why_not_loaded(int error)
{
	switch (error) {
	case EPERM:
		return "not permitted: loading programs takes root";
	case ENOSYS:
		return "this kernel has no BPF";
	case EACCES:
	case EINVAL:
		return "the verifier has refused it: 'bpftool -d prog load "
		       "... type socket' tells why";
	default:
		return strerror(error);
	}
}

int load_program(const char *path, const char *section, enum bpf_prog_type type)
{
	struct bpf_object *object;
	struct bpf_program *program;
	int err;

	libbpf_set_print(quiet);
	object = open_object(path);
	program = choose_program(object, section);
	if (!program)
		die("%s: no section '%s': 'llvm-objdump -h %s' lists them",
		    path, section, path);
	bpf_program__set_type(program, type);
	err = bpf_object__load(object);
	if (err)
		die("%s: section '%s': %s", path, section,
		    why_not_loaded(-err));
	return bpf_program__fd(program);
}
