// SPDX-License-Identifier: GPL-2.0-only
#include "whole.h"

#include <errno.h>
#include <string.h>

struct whole_writer {
	FILE *out;
	struct sources *sources;
	size_t next; /* the include that comes next */
};

/* A mark at the start of a file would be an error within another one. */
static void skip_byte_order_mark(const char **text, size_t *length)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t size = strlen(mark);

	if (*length < size || memcmp(*text, mark, size))
		return;
	*text += size;
	*length -= size;
}

static int write_source(struct whole_writer *writer, unsigned int file);

static const struct source_include *
include_at(const struct whole_writer *writer, unsigned int file, size_t line)
{
	const struct sources *sources = writer->sources;
	const struct source_include *include = &sources->includes[writer->next];

	if (writer->next == sources->include_count || include->from != file ||
	    include->line != line)
		return NULL;
	return include;
}

static int write_included(struct whole_writer *writer,
			  const struct source_include *include,
			  const char *text, size_t length)
{
	int err;

	writer->next++;
	fprintf(writer->out, "# %.*s\n", (int)length, text);
	err = write_source(writer, include->to);
	if (!err)
		fprintf(writer->out, "# end of: %.*s\n", (int)length, text);
	return err;
}

/* The depth is that of the includes, which the parser limits. */
static int write_source(struct whole_writer *writer, unsigned int file)
{
	struct source *source = &writer->sources->list[file];
	const struct source_include *include;
	const char *text;
	size_t length;
	int err = 0;

	text = source_line(source, 1, &length);
	if (!text)
		return -ENOMEM;
	for (size_t line = 1; !err && line <= source->line_count; line++) {
		text = source_line(source, line, &length);
		if (line == 1)
			skip_byte_order_mark(&text, &length);
		include = include_at(writer, file, line);
		if (include)
			err = write_included(writer, include, text, length);
		else if (length || line < source->line_count)
			fprintf(writer->out, "%.*s\n", (int)length, text);
	}
	return err;
}

int whole_text_write(FILE *out, struct sources *sources)
{
	struct whole_writer writer = { .out = out, .sources = sources };

	return write_source(&writer, 0);
}
