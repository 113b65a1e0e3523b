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

char *slurp(const char *path, size_t *size)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC)
				   : STDIN_FILENO;
	char *bytes = NULL;
	size_t room = 0;
	ssize_t got = fd < 0 ? -1 : 1;

	*size = 0;
	while (got > 0) {
		if (!vec_reserve(bytes, room, *size + CHUNK)) {
			errno = ENOMEM;
			got = -1;
			break;
		}
		got = read(fd, bytes + *size, room - *size);
		if (got > 0)
			*size += got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	if (got < 0) {
		fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name,
			path, strerror(errno));
		free(bytes);
		bytes = NULL;
	}
	if (fd > STDIN_FILENO)
		close(fd);
	return bytes;
}
