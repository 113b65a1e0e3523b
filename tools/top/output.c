// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "wait.h"

/* A write of PIPE_BUF bytes does not block when poll() says so. */
static ssize_t output_write(void *cookie, const char *bytes, size_t size)
{
	size_t written = 0;

	(void)cookie;
	while (written < size && wait_to_write(STDOUT_FILENO)) {
		size_t left = size - written;
		ssize_t done = write(STDOUT_FILENO, bytes + written,
				     left < PIPE_BUF ? left : PIPE_BUF);

		if (done >= 0)
			written += done;
		else if (errno != EINTR && errno != EAGAIN)
			break;
	}
	return (ssize_t)written;
}

bool output_prepare(void)
{
	const cookie_io_functions_t functions = { .write = output_write };
	FILE *output = fopencookie(NULL, "w", functions);

	if (!output)
		return false;
	stdout = output;
	return true;
}
