/* SPDX-License-Identifier: GPL-2.0-only */
/* Our objects in the hands of a test: nothing is pinned, nothing is attached.
 */
#ifndef TG_OBJECT_H
#define TG_OBJECT_H

#include <bpf/libbpf.h>

/*
 * Open and not yet loaded, without pin paths, each program with the type that
 * its section stands for. NULL after one message to standard error.
 */
struct bpf_object *object_open(const char *path);

/* The same, loaded. */
struct bpf_object *object_load(const char *path);

/* The program of a section, or NULL. */
struct bpf_program *object_program(struct bpf_object *object,
				   const char *section);

#endif
