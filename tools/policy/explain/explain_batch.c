// SPDX-License-Identifier: GPL-2.0-only
#include "explain_batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH_SKIP_MAX (64U << 20)

int batch_start(struct batch *batch, int fd, FILE *answers)
{
	*batch = (struct batch){
		.fd = fd,
		.answers = answers,
		.buffer = malloc(BATCH_LINE_MAX),
	};
	return batch->buffer ? 0 : -ENOMEM;
}

void batch_end(struct batch *batch)
{
	free(batch->buffer);
}

static int batch_fill(struct batch *batch)
{
	ssize_t size;

	if (fflush(batch->answers))
		return -errno;
	memmove(batch->buffer, batch->buffer + batch->start,
		batch->end - batch->start);
	batch->end -= batch->start;
	batch->start = 0;
	do
		size = read(batch->fd, batch->buffer + batch->end,
			    BATCH_LINE_MAX - batch->end);
	while (size < 0 && errno == EINTR);
	if (size < 0)
		return -errno;
	batch->finished = size == 0;
	batch->end += size;
	return 0;
}

/* Return the bytes before the newline or, without one, all in the buffer. */
static void take_line(struct batch *batch, struct batch_line *line,
		      const char *newline)
{
	char *start = batch->buffer + batch->start;

	*line = (struct batch_line){
		.text = start,
		.size = newline ? (size_t)(newline - start)
				: batch->end - batch->start,
	};
	batch->start += line->size + !!newline;
}

int batch_next(struct batch *batch, struct batch_line *line)
{
	for (;;) {
		size_t size = batch->end - batch->start;
		const char *newline =
			memchr(batch->buffer + batch->start, '\n', size);
		bool full = size == BATCH_LINE_MAX;
		int err;

		if (newline || full || (batch->finished && size)) {
			bool skip = batch->skipping;

			take_line(batch, line, newline);
			batch->skipping = full && !newline;
			batch->skipped = batch->skipping
						 ? batch->skipped + line->size
						 : 0;
			/* not text: /dev/zero, for example, has no newline */
			if (batch->skipped > BATCH_SKIP_MAX)
				return -EFBIG;
			line->too_long = batch->skipping;
			if (!skip)
				return 1;
			continue;
		}
		if (batch->finished)
			return 0;
		err = batch_fill(batch);
		if (err)
			return err;
	}
}

bool batch_line_is_empty(const struct batch_line *line)
{
	size_t blanks = 0;

	while (blanks < line->size && strchr(" \t\r", line->text[blanks]) &&
	       line->text[blanks])
		blanks++;
	return blanks == line->size || line->text[blanks] == '#';
}
