/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells about a loaded program, its constants included. */
#ifndef TG_PROGRAM_H
#define TG_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/bpf.h>

#define PROGRAM_NAME_SIZE 128
#define PROGRAM_MAPS_MAX 64

struct program {
	uint32_t id;
	char name[PROGRAM_NAME_SIZE]; /* in full, where BTF tells it */
	uint8_t tag[BPF_TAG_SIZE];
	uint32_t map_ids[PROGRAM_MAPS_MAX];
	uint32_t maps;
};

/* 0 or a negative errno; nothing is printed. */
int program_read(struct program *program, uint32_t id);

/*
 * The value of a 32-bit constant in the program's .rodata, or that of a member
 * of a struct there, as "variable.member".
 */
bool program_constant(const struct program *program, const char *name,
		      uint32_t *value);

/*
 * Many of them at once, in one pass over the program's maps: found[i] says
 * whether there is a constant names[i]. 0 or a negative errno; -ENOENT where
 * the program went meanwhile.
 */
int program_constants(const struct program *program, size_t count,
		      const char *const *names, uint32_t *values, bool *found);

#endif
