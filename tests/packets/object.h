/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads objects for tests; nothing is pinned or attached. */
#ifndef TG_OBJECT_H
#define TG_OBJECT_H

#include <bpf/libbpf.h>

/*
 * Opens an object without loading it, clears pin paths, and sets each program's
 * type by its section. Returns NULL after printing one message.
 */
struct bpf_object *object_open(const char *path);

/* The same, loaded. */
struct bpf_object *object_load(const char *path);

/* The program of a section, or NULL. */
struct bpf_program *object_program(struct bpf_object *object,
				   const char *section);

#endif
