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
#include <sys/random.h>
#include <sys/stat.h>
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

int pin_fail(const char *pin, const char *what, int err)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, pin,
		what);
	return err;
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

static bool is_same_file(const struct stat *one, const struct stat *other)
{
	return one->st_ino == other->st_ino && one->st_dev == other->st_dev;
}

/* Whether it is still the folder of the pin: it may have been made anew. */
static bool is_folder_of_pin(int folder, const char *pin)
{
	int now = pin_open_folder(pin);
	struct stat its, mine;
	bool is_same;

	if (now < 0)
		return true; /* opening the pin will fail */
	is_same = fstat(now, &its) == 0 && fstat(folder, &mine) == 0 &&
		  is_same_file(&its, &mine);
	close(now);
	return is_same;
}

int pin_open_folder_locked(const char *pin)
{
	for (;;) {
		int folder = pin_open_folder(pin);
		int err = folder < 0 ? folder
				     : pin_lock_folder(folder, pin, true);

		if (!err && is_folder_of_pin(folder, pin))
			return folder;
		if (folder >= 0)
			close(folder);
		if (err)
			return err;
	}
}

int pin_link(const char *shared, const char *pin)
{
	struct stat its, own;

	if (link(shared, pin) == 0)
		return 0;
	if (errno == EEXIST && stat(shared, &its) == 0 &&
	    stat(pin, &own) == 0) {
		if (is_same_file(&its, &own))
			return 0;
		fprintf(stderr,
			"%s: %s: is another table than the instance's, %s: "
			"detach and attach again\n",
			program_invocation_short_name, pin, shared);
		return -EEXIST;
	}
	return pin_fail(pin, strerror(errno), -errno);
}

int random_secret(uint32_t *words, size_t count)
{
	ssize_t size = count * sizeof(*words);

	return getrandom(words, size, 0) == size ? 0 : -EIO;
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
