// SPDX-License-Identifier: GPL-2.0-only
#include "slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vec.h"

#define CHUNK 65536

static int slurp_fail(const char *path, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, path,
		what);
	return -1;
}

static int check_part(const char *path, const char *bytes, size_t from,
		      size_t size, size_t limit)
{
	char what[80];

	if (memchr(bytes + from, '\0', size - from))
		return slurp_fail(path, "not a text file: it has a NUL byte");
	if (size <= limit)
		return 0;
	snprintf(what, sizeof(what),
		 "larger than %zu MiB, more than the table has room for",
		 limit >> 20);
	return slurp_fail(path, what);
}

/* -1 after a message. */
static ssize_t read_part(const char *path, int fd, char *bytes, size_t size)
{
	ssize_t got;

	do
		got = read(fd, bytes, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? slurp_fail(path, strerror(errno)) : got;
}

static char *read_all(const char *path, int fd, size_t limit, size_t *size)
{
	char *bytes = NULL;
	size_t room = 0;
	ssize_t got = 1;

	while (got > 0) {
		if (!vec_reserve(bytes, room, *size + CHUNK)) {
			got = slurp_fail(path, strerror(ENOMEM));
			break;
		}
		got = read_part(path, fd, bytes + *size, room - *size);
		if (got > 0 &&
		    check_part(path, bytes, *size, *size + got, limit))
			got = -1;
		if (got > 0)
			*size += got;
	}
	if (!got)
		return bytes;
	free(bytes);
	return NULL;
}

char *slurp(const char *path, size_t limit, size_t *size)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC)
				   : STDIN_FILENO;
	char *bytes;

	*size = 0;
	if (fd < 0) {
		slurp_fail(path, strerror(errno));
		return NULL;
	}
	bytes = read_all(path, fd, limit, size);
	if (fd > STDIN_FILENO)
		close(fd);
	return bytes;
}
