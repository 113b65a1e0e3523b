/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines from a file descriptor, for a program that answers each: before it
 * waits for more, what was answered has to be out. So whoever asks line by
 * line is answered line by line, and whoever sends thousands gets them in
 * large writes.
 */
#ifndef TG_EXPLAIN_BATCH_H
#define TG_EXPLAIN_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A frame of the largest size in hex, and words around it. */
#define BATCH_LINE_MAX (256 << 10)

struct batch {
	int fd;
	FILE *answers;
	char *buffer;
	size_t start, end; /* what has been read and not been handed out */
	bool finished;
	bool skipping;	/* the rest of a line that was too long */
	size_t skipped; /* bytes of a line that is too long */
};

struct batch_line {
	const char *text; /* until the next one is read; no newline */
	size_t size;
	bool too_long; /* and cut off */
};

/* Each returns a negative errno where it fails; nothing is printed. */
int batch_start(struct batch *batch, int fd, FILE *answers);
/* 1 for a line, 0 at the end */
int batch_next(struct batch *batch, struct batch_line *line);
/* Nothing but blanks, or a comment. */
bool batch_says_nothing(const struct batch_line *line);
void batch_end(struct batch *batch);

#endif
