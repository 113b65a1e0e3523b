/* SPDX-License-Identifier: GPL-2.0-only */
/* Make the table of limits before programs are loaded that use it. */
#ifndef TG_LIMITS_PREPARE_H
#define TG_LIMITS_PREPARE_H

#include "kernel.h"
#include "lib/elf_object.h"

struct limit_wish {
	const char *pin;    /* that programs will use */
	const char *shared; /* the pin that it becomes a link of, or NULL */
	uint32_t keys;	    /* of a new table; 0: the default */
};

/*
 * Opens the table, to write; makes and pins it if it is missing. 0, or a
 * negative errno after a message; line_map_close() is needed either way.
 */
int limit_open_or_make(struct line_map *map, const struct limit_wish *wish,
		       bool *is_new);

/*
 * The same for an object that is to be loaded: if it uses limits, its map gets
 * the table's size. If it has the map and does not use it, the map becomes one
 * of its own, and no table is made.
 */
int limit_prepare_object(const struct limit_wish *wish,
			 struct elf_object *object);

#endif
