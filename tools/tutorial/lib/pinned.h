/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens maps that ip and tc have pinned. Used by the tutorial's map readers. */
#ifndef TG_TUTORIAL_PINNED_H
#define TG_TUTORIAL_PINNED_H

#include <stddef.h>

#include <linux/bpf.h>

/* A pinned map, with the sizes that its keys and values must have. */
struct pinned {
	const char *path; /* NULL: where tc and ip pin a map with this name */
	const char *name;
	const char *object; /* the object file that defines it */
	size_t key_size;
	size_t value_size;
};

/* Returns the map's fd and sets *info, or exits with a message. */
int open_pinned(const struct pinned *pinned, struct bpf_map_info *info);

#endif
