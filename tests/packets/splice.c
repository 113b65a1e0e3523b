// SPDX-License-Identifier: GPL-2.0-only
#include "splice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 16

static int run_tool(char **words)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		execv(words[0], words);
		perror(words[0]);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

char *splice_object(const char *directory, const char *object,
		    const char *constants)
{
	const char *parent = getenv("TMPDIR");
	char *tool = NULL, *copy = NULL, *list = strdup(constants), *rest;
	char *words[WORDS_MAX + 1] = { 0 };
	int count = 0, fd = -1;

	if (!list || asprintf(&tool, "%s/tg-splice", directory) < 0)
		goto out;
	if (asprintf(&copy, "%s/spliced.XXXXXX", parent ? parent : "/tmp") < 0)
		goto out;
	fd = mkstemp(copy);
	if (fd < 0) {
		perror(copy);
		goto out;
	}
	close(fd);
	words[count++] = tool;
	words[count++] = (char *)object;
	words[count++] = "-o";
	words[count++] = copy;
	for (char *word = strtok_r(list, ",", &rest); word && count < WORDS_MAX;
	     word = strtok_r(NULL, ",", &rest))
		words[count++] = word;
	if (run_tool(words) < 0) {
		unlink(copy);
		fd = -1;
	}
out:
	free(tool);
	free(list);
	if (fd < 0) {
		free(copy);
		copy = NULL;
	}
	return copy;
}

void unlink_object(const char *path)
{
	unlink(path);
}
