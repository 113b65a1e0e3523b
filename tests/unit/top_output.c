// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_output - the lines of 'tailgate top' arrive as they were printed, and a
 * signal ends a process whose reader does not read.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"
#include "top/output.h"
#include "top/wait.h"

/* Of what is printed; more than a pipe has room for. */
#define BYTES (1 << 20)

/* If it hangs, it is ended, and the test fails. */
#define PATIENCE 60

/* Exits with 0 if all was written, with 2 if a signal has ended it before. */
static void print_all(int fd)
{
	alarm(PATIENCE);
	dup2(fd, STDOUT_FILENO);
	wait_prepare();
	if (!output_prepare())
		_exit(3);
	for (int i = 0; i < BYTES; i++)
		putc('a' + i % 26, stdout);
	if (!fflush(stdout) && !ferror(stdout))
		_exit(0);
	exit(wait_has_ended() ? 2 : 4);
}

static pid_t start(int ends[2])
{
	pid_t process;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	process = fork();
	if (!process)
		print_all(ends[1]);
	close(ends[1]);
	return process;
}

static int status_of(pid_t process)
{
	int status;

	return waitpid(process, &status, 0) == process && WIFEXITED(status)
		       ? WEXITSTATUS(status)
		       : -1;
}

static void test_reader(struct tap *tap)
{
	int ends[2], read_bytes = 0;
	bool is_right = true;
	pid_t process = start(ends);
	char bytes[1000];
	ssize_t got;

	while ((got = read(ends[0], bytes, sizeof(bytes))) > 0) {
		for (int i = 0; i < got; i++)
			is_right &= bytes[i] == 'a' + read_bytes++ % 26;
	}
	close(ends[0]);
	tap_ok(tap, is_right && read_bytes == BYTES && status_of(process) == 0,
	       "what is printed arrives");
}

static void test_signal(struct tap *tap)
{
	int ends[2], there = 0;
	pid_t process = start(ends);

	for (int i = 0; i < PATIENCE * 1000; i++) {
		if (ioctl(ends[0], FIONREAD, &there) < 0 ||
		    there == fcntl(ends[0], F_GETPIPE_SZ))
			break;
		usleep(1000);
	}
	kill(process, SIGTERM);
	tap_ok(tap, status_of(process) == 2,
	       "a signal ends it while the pipe is full");
	close(ends[0]);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 2);

	test_reader(&tap);
	test_signal(&tap);
	return tap_end(&tap);
}
