/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pinned table of lines: an array map of lines of 64 bytes, which programs
 * change and tools read and write through mmap. Functions return 0 or a
 * negative errno.
 */
#ifndef TG_LINE_MAP_H
#define TG_LINE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_SIZE 64

struct line_map {
	const char *pin;
	int folder; /* of the pin: a tool that changes the table has its lock */
	int fd;	    /* of the map, or -1 */
	char *start;
	uint32_t lines;
};

/* What differs between kinds of tables. */
struct line_kind {
	const char *name; /* of the map */
	const char *noun; /* "flows" */
	const char *tool; /* that prepares it */
	uint32_t lines_min;
};

/* One message that names the pin. Returns err. */
int line_map_fail(const struct line_map *map, const struct line_kind *kind,
		  int err);

/*
 * Opens and maps the table; to write, waits for the lock first, until it is
 * closed. -ENOENT without a message if nothing is pinned there; then the folder
 * is open, and locked. line_map_close() is needed either way.
 */
int line_map_open(struct line_map *map, const struct line_kind *kind,
		  const char *pin, bool is_writable);
void line_map_close(struct line_map *map);

/* The first line of the map of this fd, which stays the caller's. */
int line_map_head(int fd, const struct line_kind *kind, void *line,
		  uint32_t *lines);

/* Maps as many lines of it, to read. Prints nothing. */
int line_map_look(struct line_map *map, int fd, uint32_t lines);

/*
 * A new table that is not pinned yet. The folder is locked. `wish` is what the
 * message says if there is no memory: "65536 keys".
 */
int line_map_create(struct line_map *map, const struct line_kind *kind,
		    uint32_t lines, const char *wish);
int line_map_pin(struct line_map *map, const struct line_kind *kind);

static inline void *line_map_line(const struct line_map *map, uint32_t number)
{
	return number < map->lines ? map->start + (size_t)number * LINE_SIZE
				   : NULL;
}

#endif
