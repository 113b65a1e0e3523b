/* SPDX-License-Identifier: GPL-2.0-only */
/* Maps that ip and tc have pinned, for the readers of the tutorial. */
#ifndef TG_TUTORIAL_PINNED_H
#define TG_TUTORIAL_PINNED_H

#include <stddef.h>

#include <linux/bpf.h>

/* A pinned map, and what its keys and values must be like. */
struct pinned {
	const char *path; /* NULL: where tc and ip pin a map of this name */
	const char *name;
	const char *object; /* the object file that makes it */
	size_t key_size;
	size_t value_size;
};

/* Its descriptor, and what the kernel tells about it; or the end. */
int open_pinned(const struct pinned *pinned, struct bpf_map_info *info);

#endif
