/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Follows the chain of a hook: gate, prog array and plugins. Used by tg-look.
 */
#ifndef TG_LOOK_CHAIN_H
#define TG_LOOK_CHAIN_H

#include "look.h"

/* The name of a hook's pinned array, such as "tg_ingress" or "tg_xdpf". */
const char *array_name(enum tg_hook hook, bool is_multi);

/*
 * Returns an fd of the pinned prog array, -ENOENT if it does not exist, or
 * -EPROTO if it has another layout.
 */
int array_open(const char *pins, enum tg_hook hook, bool is_multi);

/*
 * Sets *id to the program in the slot, or 0 if the slot is empty. Returns 0 or
 * a negative errno.
 */
int array_slot(int fd, uint32_t slot, uint32_t *id);

/* Writes the path of the attachment's folder in the bpffs. */
int look_pins_folder(const char *key, char *path);

/* Constants of a chain's programs. */
struct chain_constants {
	bool has_next, has_miss, has_serial, has_end;
	uint32_t next, miss, serial, end;
	uint32_t watch; /* 0 if it has no such constant */
};

int chain_constants(const struct program *program,
		    struct chain_constants *constants);

/*
 * Returns 1 if the program is a gate of this hook, 0 if not, or a negative
 * errno.
 */
int look_is_gate(const struct program *program, enum tg_hook hook,
		 struct chain_constants *constants);

/* Finds the prog array that the gate uses and follows the chain. */
int look_chain(const struct look *look, struct look_hook *hook,
	       const struct program *gate);

/*
 * Sets what the attachment's pins say about this hook, with or without a gate.
 */
int look_own_arrays(const struct look *look, struct look_hook *hook);

#endif
