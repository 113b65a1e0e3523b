/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of the files of a policy, kept as long as the policy. */
#ifndef TG_POLICY_SOURCE_H
#define TG_POLICY_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct source {
	char *name; /* as the user wrote it, for messages */
	char *text;
	size_t size;
	dev_t device; /* with inode, identifies the file */
	ino_t inode;
	size_t *lines; /* offset of each line; built on first use */
	size_t line_count;
};

/* A line of a source that includes another one. */
struct source_include {
	unsigned int from; /* index of the including source */
	size_t line;
	unsigned int to;
};

struct sources {
	struct source *list;
	size_t count, room;
	size_t size;			 /* of all texts */
	struct source_include *includes; /* in the order of the policy */
	size_t include_count, include_room;
	void **kept; /* arrays that several rules share */
	size_t kept_count, kept_room;
};

struct sources *sources_new(void);
void sources_free(struct sources *sources);

/*
 * Both return the index of the new source, or a negative errno: -EFBIG if the
 * files are too large, -EMFILE if there are too many, -EINVAL if an included
 * file is not a regular file (reading it could block). "-" is standard input.
 */
int source_read(struct sources *sources, const char *path, bool included);
int source_add(struct sources *sources, const char *name, const char *text,
	       size_t size);

/* Gives a source another name. Returns false when out of memory. */
bool source_rename(struct sources *sources, unsigned int file,
		   const char *name);

/* The text of a line without its newline, or NULL. line counts from 1. */
const char *source_line(struct source *source, size_t line, size_t *length);

/* Notes that a line includes a source. Returns false when out of memory. */
bool source_includes(struct sources *sources, unsigned int from, size_t line,
		     unsigned int to);

/*
 * Free the array together with the sources. Returns false when out of memory;
 * the array is freed then.
 */
bool sources_keep(struct sources *sources, void *array);

#endif
