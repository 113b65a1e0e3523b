// SPDX-License-Identifier: GPL-2.0-only
#include "windows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "set_table.h"

#define WINDOW_SIZE 65536 /* bytes: a multiple of any page */
#define LINES_IN_WINDOW (WINDOW_SIZE / TG_SET_LINE)

struct set_windows {
	int fd, protection;
	char *start;
	size_t size;
	bool is_mapped[]; /* by window */
};

struct set_windows *set_windows_open(int fd, size_t size, bool is_writable)
{
	size_t count = (size + WINDOW_SIZE - 1) / WINDOW_SIZE;
	struct set_windows *windows = calloc(1, sizeof(*windows) + count);

	if (!windows)
		return NULL;
	windows->size = size;
	windows->protection = PROT_READ | (is_writable ? PROT_WRITE : 0);
	windows->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	windows->start =
		mmap(NULL, size, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (windows->fd >= 0 && windows->start != MAP_FAILED)
		return windows;
	set_windows_close(windows);
	return NULL;
}

void set_windows_close(struct set_windows *windows)
{
	int err = errno;

	if (!windows)
		return;
	if (windows->start != MAP_FAILED)
		munmap(windows->start, windows->size);
	if (windows->fd >= 0)
		close(windows->fd);
	free(windows);
	errno = err;
}

char *set_windows_start(const struct set_windows *windows)
{
	return windows->start;
}

void set_windows_touch(struct set_windows *windows, uint32_t line)
{
	size_t number = line / LINES_IN_WINDOW, at = number * WINDOW_SIZE;
	size_t size = windows->size - at;

	if (windows->is_mapped[number])
		return;
	if (size > WINDOW_SIZE)
		size = WINDOW_SIZE;
	if (mmap(windows->start + at, size, windows->protection,
		 MAP_SHARED | MAP_FIXED, windows->fd, at) == MAP_FAILED) {
		fprintf(stderr, "%s: cannot map a table of sets: %s\n",
			program_invocation_short_name, strerror(errno));
		exit(EXIT_FAILURE);
	}
	windows->is_mapped[number] = true;
}
