// SPDX-License-Identifier: GPL-2.0-only
#include "wait.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sample.h"

/* Those that end this program. */
static const int endings[] = { SIGINT, SIGTERM, SIGHUP };
#define ENDINGS (sizeof(endings) / sizeof(*endings))

static volatile sig_atomic_t is_ended;
static sigset_t while_waiting;

static void end(int signal)
{
	(void)signal;
	is_ended = 1;
}

void wait_prepare(void)
{
	struct sigaction action = { .sa_handler = end };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < ENDINGS; i++) {
		sigaction(endings[i], &action, NULL);
		sigaddset(&blocked, endings[i]);
	}
	signal(SIGPIPE, SIG_IGN); /* a write says so */
	sigprocmask(SIG_BLOCK, &blocked, &while_waiting);
	/* who started this may have blocked them */
	for (size_t i = 0; i < ENDINGS; i++)
		sigdelset(&while_waiting, endings[i]);
}

enum wait_result wait_until(uint64_t time, int fd)
{
	uint64_t now = top_now(), left = time > now ? time - now : 0;
	const struct timespec timeout = {
		.tv_sec = left / SECOND_NS,
		.tv_nsec = left % SECOND_NS,
	};
	struct pollfd input = { .fd = fd, .events = POLLIN };
	int ready = ppoll(&input, fd >= 0, &timeout, &while_waiting);

	if (is_ended)
		return WAIT_END;
	if (ready < 0)
		return WAIT_SIGNAL;
	return ready ? WAIT_INPUT : WAIT_TIME;
}

bool wait_to_write(int fd)
{
	struct pollfd output = { .fd = fd, .events = POLLOUT };

	while (!is_ended && ppoll(&output, 1, NULL, &while_waiting) < 0)
		;
	return !is_ended;
}

bool wait_has_ended(void)
{
	return is_ended;
}

#define HOUR (3600 * SECOND_NS)

int wait_for_process(pid_t process)
{
	int fd = syscall(SYS_pidfd_open, process, 0), status = 0;
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;

	sigaction(SIGINT, &ignore, &before);
	while (waitpid(process, &status, WNOHANG) == 0) {
		if (wait_until(top_now() + HOUR, fd) == WAIT_END)
			kill(process, SIGTERM);
	}
	/* forgets the one that is waiting */
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGINT, &before, NULL);
	close(fd);
	return status;
}

void wait_forget(void)
{
	sigset_t none;

	signal(SIGPIPE, SIG_DFL);
	/* a handler would take a signal that comes before exec */
	for (size_t i = 0; i < ENDINGS; i++)
		signal(endings[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
