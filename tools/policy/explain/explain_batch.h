/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read lines from a file descriptor, for a program that prints an answer to
 * each. The output is flushed before a read: an interactive user gets each
 * answer at once, and answers to many lines are written together.
 */
#ifndef TG_EXPLAIN_BATCH_H
#define TG_EXPLAIN_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Enough for a frame of the maximum size in hex. */
#define BATCH_LINE_MAX (256 << 10)

struct batch {
	int fd;
	FILE *answers;
	char *buffer;
	size_t start, end; /* bytes that were read, but not yet returned */
	bool finished;
	bool skipping;	/* the rest of a line that is too long */
	size_t skipped; /* bytes of that line so far */
};

struct batch_line {
	const char *text; /* without newline; valid until the next line */
	size_t size;
	bool too_long; /* the text is truncated */
};

/* Both return a negative errno on failure, and print nothing. */
int batch_start(struct batch *batch, int fd, FILE *answers);
/* 1 for a line, 0 at the end */
int batch_next(struct batch *batch, struct batch_line *line);
/* True for blank lines and comments. */
bool batch_line_is_empty(const struct batch_line *line);
void batch_end(struct batch *batch);

#endif
