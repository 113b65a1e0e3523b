// SPDX-License-Identifier: GPL-2.0-only
#include "talker_source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/hook_names.h"
#include "packet/pcapng_read.h"
#include "sample.h"
#include "wait.h"

#define SNAP "128"

struct talker_source {
	char device[IFNAMSIZ];
	const char *tailgate;
	pid_t process; /* 0: it has ended */
	FILE *packets;
	int messages; /* fd of what it says */
	bool is_read; /* by the thread */
	pthread_t reader;
	pthread_mutex_t lock; /* of the table */
	struct talker_table table;
};

/* --- the thread */

/* "eth0:xdp" */
static int hook_of(const char *interface)
{
	const char *colon = interface ? strrchr(interface, ':') : NULL;

	for (int hook = 0; colon && hook < TG_HOOKS; hook++) {
		if (!strcmp(colon + 1, hook_name(hook)))
			return hook;
	}
	return -1;
}

static void *read_packets(void *data)
{
	struct talker_source *source = data;
	struct pcapng_reader reader = { .file = source->packets };
	struct pcapng_found found;

	while (pcapng_read(&reader, &found) > 0) {
		int hook = hook_of(found.source->name);
		const struct policy_metadata metadata = {
			.has_skb = hook != TG_HOOK_XDP,
			.missing = found.length - found.size,
		};
		struct policy_packet packet;
		int err;

		if (hook < 0)
			continue;
		policy_packet_read(&packet, found.bytes, found.size, &metadata);
		pthread_mutex_lock(&source->lock);
		err = talker_table_add(&source->table, hook, &packet,
				       found.length);
		pthread_mutex_unlock(&source->lock);
		if (err)
			break;
	}
	pcapng_read_end(&reader);
	return NULL;
}

/* Signals are for the thread that draws. */
static int start_reader(struct talker_source *source)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&source->reader, NULL, read_packets, source);
	source->is_read = !err;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

/* --- the process */

/*
 * Its group is its own, so that Ctrl-C ends top, which ends it; if top is
 * killed, the kernel ends it. Returns the process or a negative errno.
 */
static pid_t run_command(const struct talker_source *source, char **words,
			 int out)
{
	pid_t parent = getpid(), process = fork();
	int in;

	if (process)
		return process < 0 ? -errno : process;
	wait_forget();
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	in = open("/dev/null", O_RDWR);
	if (getppid() != parent || in < 0)
		_exit(EXIT_FAILURE);
	dup2(in, STDIN_FILENO);
	dup2(out < 0 ? in : out, STDOUT_FILENO);
	dup2(source->messages, STDERR_FILENO);
	execv(words[0], words);
	_exit(EXIT_FAILURE);
}

static int start_process(struct talker_source *source, uint32_t sample)
{
	char one_of[32];
	char *words[] = { (char *)source->tailgate,
			  "capture",
			  source->device,
			  "--snap",
			  SNAP,
			  "--sample",
			  one_of,
			  "-w",
			  "-",
			  NULL };
	int ends[2];

	snprintf(one_of, sizeof(one_of), "1/%" PRIu32, sample);
	source->messages = memfd_create("messages", MFD_CLOEXEC);
	if (source->messages < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	source->process = run_command(source, words, ends[1]);
	close(ends[1]);
	source->packets = fdopen(ends[0], "r");
	if (!source->packets)
		return -errno;
	return source->process > 0 ? 0 : source->process;
}

struct talker_source *talker_source_start(const char *tailgate,
					  const char *device, uint32_t sample)
{
	struct talker_source *source = calloc(1, sizeof(*source));
	int err;

	if (!source)
		return NULL;
	snprintf(source->device, sizeof(source->device), "%s", device);
	source->tailgate = tailgate;
	pthread_mutex_init(&source->lock, NULL);
	err = start_process(source, sample);
	if (!err)
		return source;
	talker_source_tell_end(source);
	if (source->process > 0)
		waitpid(source->process, NULL, 0);
	if (source->packets)
		fclose(source->packets);
	if (source->messages >= 0)
		close(source->messages);
	free(source);
	errno = -err;
	return NULL;
}

int talker_source_read(struct talker_source *source, int milliseconds)
{
	uint64_t until = top_now() + milliseconds * (SECOND_NS / 1000);
	enum wait_result result;

	do
		result = wait_until(until, fileno(source->packets));
	while (result == WAIT_SIGNAL);
	return start_reader(source);
}

const char *talker_source_device(const struct talker_source *source)
{
	return source->device;
}

void talker_source_take(struct talker_source *source,
			struct talker_table *table)
{
	pthread_mutex_lock(&source->lock);
	*table = source->table;
	source->table = (struct talker_table){ 0 };
	pthread_mutex_unlock(&source->lock);
}

/* --- its end */

static void last_line(int messages, char *text, size_t size)
{
	off_t end = lseek(messages, 0, SEEK_END);
	off_t from = end > (off_t)size - 1 ? end - (off_t)size + 1 : 0;
	ssize_t got = pread(messages, text, size - 1, from);
	char *line;

	text[got > 0 ? got : 0] = '\0';
	while (got > 0 && text[got - 1] == '\n')
		text[--got] = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	if (!strncmp(line, "tailgate: ", 10))
		line += 10;
	memmove(text, line, strlen(line) + 1);
}

/* For one that was killed before it could put the programs back. */
static void end_watch(struct talker_source *source)
{
	char *words[] = { (char *)source->tailgate, "capture", source->device,
			  "--end", NULL };
	pid_t process = run_command(source, words, -1);

	if (process > 0)
		waitpid(process, NULL, 0);
}

bool talker_source_has_ended(struct talker_source *source, char *why,
			     size_t size)
{
	int status;

	if (source->process <= 0 ||
	    waitpid(source->process, &status, WNOHANG) != source->process)
		return false;
	source->process = 0;
	last_line(source->messages, why, size);
	if (WIFSIGNALED(status)) {
		snprintf(why, size, "'tailgate capture' was killed");
		end_watch(source);
	}
	return true;
}

void talker_source_tell_end(struct talker_source *source)
{
	if (source->process > 0)
		kill(source->process, SIGTERM);
}

/* What it writes is read until it ends, or it would wait. */
void talker_source_end(struct talker_source *source)
{
	int status = 0;

	if (source->is_read)
		pthread_join(source->reader, NULL);
	fclose(source->packets);
	if (source->process > 0)
		waitpid(source->process, &status, 0);
	if (WIFSIGNALED(status))
		end_watch(source);
	close(source->messages);
	talker_table_free(&source->table);
	pthread_mutex_destroy(&source->lock);
	free(source);
}
