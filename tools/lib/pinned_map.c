// SPDX-License-Identifier: GPL-2.0-only
#include "pinned_map.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

/* After this time the user is told what the command waits for. */
#define QUIET_MS 1000
#define STEP_MS 5

int pin_open_folder(const char *pin)
{
	char *copy = strdup(pin);
	int fd;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	return fd < 0 ? -errno : fd;
}

int pin_lock_folder(int folder, const char *pin, bool is_exclusive)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000L };
	int how = is_exclusive ? LOCK_EX : LOCK_SH;

	for (int waited = 0; flock(folder, how | LOCK_NB) < 0;
	     waited += STEP_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (waited < QUIET_MS) {
			nanosleep(&step, NULL);
			continue;
		}
		fprintf(stderr,
			"%s: waiting for another command that changes "
			"%s\n",
			program_invocation_short_name, pin);
		while (flock(folder, how) < 0)
			if (errno != EINTR)
				return -errno;
		return 0;
	}
	return 0;
}

int inner_map_open(int outer, uint32_t place, uint32_t *id)
{
	int fd;

	do {
		if (bpf_map_lookup_elem(outer, &place, id) < 0)
			return -errno;
		fd = bpf_map_get_fd_by_id(*id);
	} while (fd < 0 && errno == ENOENT);
	return fd < 0 ? -errno : fd;
}

void *array_memory(int fd, size_t size, bool is_writable)
{
	size_t page = sysconf(_SC_PAGESIZE);
	int protection = PROT_READ | (is_writable ? PROT_WRITE : 0);
	void *memory;

	size = (size + page - 1) / page * page;
	memory = mmap(NULL, size, protection, MAP_SHARED, fd, 0);
	return memory == MAP_FAILED ? NULL : memory;
}
