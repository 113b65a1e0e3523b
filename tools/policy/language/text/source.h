/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of a policy. They stay as long as it does: names point there. */
#ifndef TG_POLICY_SOURCE_H
#define TG_POLICY_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct source {
	char *name; /* as the user wrote it, for messages */
	char *text;
	size_t size;
	dev_t device; /* which file it is, whatever its name */
	ino_t inode;
	size_t *lines; /* where each line starts; made when first asked for */
	size_t line_count;
};

struct sources {
	struct source *list;
	size_t count, room;
	size_t size; /* of all texts */
	void **kept; /* arrays that several rules share, freed at the end */
	size_t kept_count, kept_room;
};

struct sources *sources_new(void);
void sources_free(struct sources *sources);

/*
 * Each returns the index of the new source, or a negative errno: -EFBIG where
 * the files are too large, -EMFILE where there are too many of them, -EINVAL
 * for what is no file. "-" is the standard input. An included file must be a
 * regular one: it may not keep us waiting.
 */
int source_read(struct sources *sources, const char *path, bool included);
int source_add(struct sources *sources, const char *name, const char *text,
	       size_t size);

/* Without its end of line; line counts from 1. NULL if there is none. */
const char *source_line(struct source *source, size_t line, size_t *length);

/* Takes array over. False: out of memory, and it is freed. */
bool sources_keep(struct sources *sources, void *array);

#endif
