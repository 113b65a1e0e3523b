/* SPDX-License-Identifier: GPL-2.0-only */
/* The chain behind a hook: its gate, its array and its plugins. */
#ifndef TG_LOOK_CHAIN_H
#define TG_LOOK_CHAIN_H

#include "look.h"

/* "tg_ingress", "tg_xdpf": the pin of a hook's array. */
const char *array_name(enum tg_hook hook, bool is_multi);

/*
 * An opened prog array of ours; -ENOENT where there is no such pin, -EPROTO
 * where it has another layout.
 */
int array_open(const char *pins, enum tg_hook hook, bool is_multi);

/* The program in a slot, or 0 where it is empty; a negative errno else. */
int array_slot(int fd, uint32_t slot, uint32_t *id);

/* The folder of an attachment that has the pins of its maps. */
int look_pins_folder(const char *key, char *path);

/* What the programs of a chain have as constants. */
struct chain_constants {
	bool has_next, has_miss, has_serial, has_end;
	uint32_t next, miss, serial, end;
};

int chain_constants(const struct program *program,
		    struct chain_constants *constants);

/* Is it a gate of this hook? 1 or 0, or a negative errno. */
int look_is_gate(const struct program *program, enum tg_hook hook,
		 struct chain_constants *constants);

/* Finds the array that the gate jumps into, and follows the chain. */
int look_chain(const struct look *look, struct look_hook *hook,
	       const struct program *gate);

/* What the pins of the attachment have for this hook, gate or no gate. */
int look_own_arrays(const struct look *look, struct look_hook *hook);

#endif
