/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pinned table of limits. Functions return 0 or a negative errno after one
 * message, if not said otherwise.
 */
#ifndef TG_LIMITS_KERNEL_H
#define TG_LIMITS_KERNEL_H

#include "memory.h"

#define LIMIT_MAP "tgl_limits"

/* One message that names the pin. Returns err. */
int limit_map_fail(const struct line_map *map, int err);

/*
 * Opens and maps the table; a writer has its lock until it is closed. -ENOENT
 * without a message if nothing is pinned there; then the folder is open, and
 * locked. line_map_close() is needed either way.
 */
int limit_map_open(struct line_map *map, const char *pin, bool is_writable);

/*
 * Maps the table of this fd, which stays the caller's, to look into. Prints
 * nothing; -ENOENT if no tool has prepared it, -EPROTO if it is of another
 * version.
 */
int limit_map_look(struct line_map *map, int fd);

/* A new table that is not pinned yet. The folder is locked. */
int limit_map_create(struct line_map *map, uint32_t keys);
int limit_map_pin(struct line_map *map);

#endif
