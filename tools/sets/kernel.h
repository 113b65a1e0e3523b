/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pinned map of tables of sets: opened, locked, and its tables made, mapped
 * and put in force. Functions return 0 or a negative errno after one message,
 * if not said otherwise.
 */
#ifndef TG_SETS_KERNEL_H
#define TG_SETS_KERNEL_H

#include "table.h"

/* What a map is opened for. */
#define SET_TO_READ 0
#define SET_TO_WRITE 1
#define SET_TO_LOOK 2 /* at a few entries: the table is mapped in parts */

struct set_map {
	const char *pin;
	int directory; /* of the pin: who changes tables has its lock */
	int outer;
	uint32_t outer_id;
	unsigned int flags; /* SET_TO_... */
	uint32_t id;	    /* of the table that is mapped; 0: none */
	struct set_table now;
};

/* A table that is not in force yet. */
struct set_next {
	int fd;
	struct set_table table;
};

/* One message that names the pin. Returns err. */
int set_map_fail(const struct set_map *map, int err);

/* -ENOENT without a message if nothing is pinned there. */
int set_map_open(struct set_map *map, const char *pin, unsigned int flags);
void set_map_close(struct set_map *map);

/*
 * The same for a map that is known by its fd, which stays the caller's: to look
 * into the table in force without a lock. set_map_look() prints nothing; a
 * table may be changed while it is read.
 */
void set_map_adopt(struct set_map *map, int outer);
int set_map_look(struct set_map *map);
void set_map_release(struct set_map *map);

/* Waits for the lock, and no more: the map is to be reopened then. */
int set_map_wait(struct set_map *map);

/*
 * Looks again whether there is a pin: -ENOENT without a message if not, and
 * -ENODATA if its map has no table, as tc has made it.
 */
int set_map_reopen(struct set_map *map);
bool set_map_is_empty(const struct set_map *map);

/*
 * Waits for the lock, which readers share, and maps the table that is in force.
 * A writer removes what a killed one has left. If something else was pinned
 * since the map was opened, that is opened.
 */
int set_map_lock(struct set_map *map);
void set_map_unlock(struct set_map *map);

/*
 * The first table is put into the outer map, which is made and pinned if it is
 * missing. The directory is locked.
 */
int set_map_create(struct set_map *map, const struct set_next *first);

/* A new table; its head is written. */
int set_next_make(const struct set_map *map, const struct set_shape *shape,
		  struct set_next *next);
void set_next_close(struct set_next *next);

/* From then on, rules change this table, too. */
int set_next_announce(const struct set_map *map, const struct set_next *next);

/* The table comes into force, and is the one that is mapped. */
int set_next_commit(struct set_map *map, struct set_next *next);

/* It is no longer changed by rules. */
void set_next_withdraw(const struct set_map *map, struct set_next *next);

#endif
