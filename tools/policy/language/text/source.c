// SPDX-License-Identifier: GPL-2.0-only
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/vec.h"
#include "policy/language/limits.h"

#define READ_FIRST 65536

struct sources *sources_new(void)
{
	return calloc(1, sizeof(struct sources));
}

static void source_clear(struct source *source)
{
	free(source->name);
	free(source->text);
	free(source->lines);
}

void sources_free(struct sources *sources)
{
	if (!sources)
		return;
	for (size_t i = 0; i < sources->count; i++)
		source_clear(&sources->list[i]);
	for (size_t i = 0; i < sources->kept_count; i++)
		free(sources->kept[i]);
	free(sources->kept);
	free(sources->includes);
	free(sources->list);
	free(sources);
}

bool sources_keep(struct sources *sources, void *array)
{
	if (!vec_reserve(sources->kept, sources->kept_room,
			 sources->kept_count + 1)) {
		free(array);
		return false;
	}
	sources->kept[sources->kept_count++] = array;
	return true;
}

bool source_rename(struct sources *sources, unsigned int file, const char *name)
{
	char *copy = strdup(name);

	if (!copy)
		return false;
	free(sources->list[file].name);
	sources->list[file].name = copy;
	return true;
}

bool source_includes(struct sources *sources, unsigned int from, size_t line,
		     unsigned int to)
{
	if (!vec_reserve(sources->includes, sources->include_room,
			 sources->include_count + 1))
		return false;
	sources->includes[sources->include_count++] =
		(struct source_include){ from, line, to };
	return true;
}

/* Takes ownership of the source, also on failure. */
static int source_append(struct sources *sources, struct source *source)
{
	int err = -ENOMEM;

	if (sources->count >= POLICY_FILES_MAX) {
		err = -EMFILE;
		goto out;
	}
	if (!source->name || !source->text ||
	    !vec_reserve(sources->list, sources->room, sources->count + 1))
		goto out;
	sources->list[sources->count] = *source;
	sources->size += source->size;
	return sources->count++;
out:
	source_clear(source);
	return err;
}

/* Read to the end of the file; -EFBIG if it has more than `room` bytes. */
static int read_all(int fd, struct source *source, size_t room)
{
	size_t space = 0;

	for (;;) {
		ssize_t size;

		if (source->size == space) {
			char *text;

			space = space ? space * 2 : READ_FIRST;
			if (space > room + 1)
				space = room + 1;
			text = realloc(source->text, space);
			if (!text)
				return -ENOMEM;
			source->text = text;
		}
		size = read(fd, source->text + source->size,
			    space - source->size);
		if (size < 0 && errno != EINTR)
			return -errno;
		if (size == 0)
			return 0;
		if (size > 0)
			source->size += size;
		if (source->size > room)
			return -EFBIG;
	}
}

static int open_source(const char *path, struct source *source, bool included)
{
	struct stat about;
	/* do not wait for a writer if the included file is a FIFO */
	int fd = open(path, O_RDONLY | O_CLOEXEC |
				    (included ? O_NONBLOCK | O_NOCTTY : 0));
	int err;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &about) < 0) {
		err = -errno;
	} else if (S_ISDIR(about.st_mode)) {
		err = -EISDIR;
	} else if (included && !S_ISREG(about.st_mode)) {
		err = -EINVAL;
	} else {
		source->device = about.st_dev;
		source->inode = about.st_ino;
		return fd;
	}
	close(fd);
	return err;
}

int source_read(struct sources *sources, const char *path, bool included)
{
	bool is_input = !included && !strcmp(path, "-");
	struct source source = {
		.name = strdup(is_input ? "<stdin>" : path),
	};
	int fd = is_input ? STDIN_FILENO : open_source(path, &source, included);
	int err;

	if (fd < 0) {
		source_clear(&source);
		return fd;
	}
	err = read_all(fd, &source, POLICY_SIZE_MAX - sources->size);
	if (!is_input)
		close(fd);
	if (err) {
		source_clear(&source);
		return err;
	}
	return source_append(sources, &source);
}

int source_add(struct sources *sources, const char *name, const char *text,
	       size_t size)
{
	struct source source = { .name = strdup(name), .size = size };

	if (size > POLICY_SIZE_MAX - sources->size) {
		source_clear(&source);
		return -EFBIG;
	}
	source.text = malloc(size + 1);
	if (source.text)
		memcpy(source.text, text, size);
	return source_append(sources, &source);
}

static bool find_lines(struct source *source)
{
	const char *end = source->text + source->size;
	size_t count = 1;

	for (const char *at = source->text; (at = memchr(at, '\n', end - at));
	     at++)
		count++;
	source->lines = calloc(count + 1, sizeof(*source->lines));
	if (!source->lines)
		return false;
	for (const char *at = source->text; (at = memchr(at, '\n', end - at));
	     at++)
		source->lines[++source->line_count] = at + 1 - source->text;
	source->line_count++;
	source->lines[source->line_count] = source->size + 1;
	return true;
}

const char *source_line(struct source *source, size_t line, size_t *length)
{
	const char *text;

	if (!source->lines && !find_lines(source))
		return NULL;
	if (line < 1 || line > source->line_count)
		return NULL;
	text = source->text + source->lines[line - 1];
	*length = source->lines[line] - source->lines[line - 1] - 1;
	if (*length && text[*length - 1] == '\r')
		--*length;
	return text;
}
