/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a loaded program's metadata and the constants in its .rodata maps. Used
 * by tg-chain and tg-look and wherever a running chain is followed.
 */
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
	char name[PROGRAM_NAME_SIZE]; /* the full name if there is BTF, or
					 truncated */
	uint8_t tag[BPF_TAG_SIZE];
	uint64_t loaded; /* UNIX time */
	uint32_t map_ids[PROGRAM_MAPS_MAX];
	uint32_t maps;
};

/* Returns 0 or a negative errno; prints nothing. */
int program_read(struct program *program, uint32_t id);

/*
 * Reads a 32-bit constant of the program's .rodata, or a member of a struct
 * there, named "variable.member". False if not found.
 */
bool program_constant(const struct program *program, const char *name,
		      uint32_t *value);

/*
 * Reads several constants in one pass over the program's maps; found[i] says
 * whether names[i] exists. Returns 0 or a negative errno; -ENOENT if the
 * program was unloaded meanwhile.
 */
int program_constants(const struct program *program, size_t count,
		      const char *const *names, uint32_t *values, bool *found);

#endif
