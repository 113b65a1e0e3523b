// SPDX-License-Identifier: GPL-2.0-only
#include "look_lock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/*
 * After this time the user is told who holds the lock; most commands take less.
 */
#define QUIET_MS 1000
#define STEP_MS 5

/* The lock file of a held lock has the line "PID SINCE VERB". */
static void print_holder(int fd, int out, const char *device)
{
	char line[128] = "", verb[64], since[16] = "?";
	long pid;
	long long seconds;
	time_t start;
	struct tm tm;

	if (pread(fd, line, sizeof(line) - 1, 0) > 0 &&
	    sscanf(line, "%ld %lld %63s", &pid, &seconds, verb) == 3) {
		start = seconds;
		if (localtime_r(&start, &tm))
			strftime(since, sizeof(since), "%H:%M:%S", &tm);
		dprintf(out,
			"tailgate: waiting for '%s' (process %ld, since %s) on "
			"%s\n",
			verb, pid, since, device);
	} else {
		dprintf(out, "tailgate: waiting for another command on %s\n",
			device);
	}
}

int look_lock(int fd, int out, const char *device)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000L };
	int waited = 0;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return -errno;
		if (waited >= QUIET_MS) {
			print_holder(fd, out, device);
			while (flock(fd, LOCK_EX) < 0) {
				if (errno != EINTR)
					return -errno;
			}
			return 0;
		}
		nanosleep(&step, NULL);
		waited += STEP_MS;
	}
	return 0;
}
