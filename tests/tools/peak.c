// SPDX-License-Identifier: GPL-2.0-only
/*
 * peak FILE COMMAND... - runs the command and writes its peak memory to FILE,
 * in KiB: the largest resident set of it and its children. The exit status is
 * the command's, or 128 plus the signal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int write_peak(const char *path, const struct rusage *usage)
{
	FILE *file = fopen(path, "we");

	if (!file || fprintf(file, "%ld\n", usage->ru_maxrss) < 0 ||
	    fclose(file)) {
		perror(path);
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: peak FILE COMMAND...\n");
		return 2;
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		perror("peak");
		return EXIT_FAILURE;
	}
	if (write_peak(argv[1], &usage))
		return EXIT_FAILURE;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}
