// SPDX-License-Identifier: GPL-2.0-only
#include "tutorial.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *format, ...)
{
	va_list words;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(words, format);
	vfprintf(stderr, format, words);
	va_end(words);
	fputc('\n', stderr);
	exit(STATUS_FAILED);
}

void expect_arguments(int argc, char **argv, int least, int most,
		      const char *usage)
{
	if (argc > 1 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(usage, stdout);
		exit(EXIT_SUCCESS);
	}
	if (argc - 1 >= least && argc - 1 <= most)
		return;
	fputs(usage, stderr);
	exit(STATUS_USAGE);
}

int number(const char *what, const char *text, int least, int most)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end || value < least || value > most)
		die("%s: a number from %d to %d, not '%s'", what, least, most,
		    text);
	return value;
}
