// SPDX-License-Identifier: GPL-2.0-only
#include "command_line.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int usage_error(const char *command, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s %s: ", program_invocation_short_name, command);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": see '%s %s --help'\n", program_invocation_short_name,
		command);
	return STATUS_USAGE;
}

const char *only_operand(const char *command, int argc, char **argv)
{
	if (argc - optind == 1)
		return argv[optind];
	if (argc == optind)
		usage_error(command, "a file is missing");
	else
		usage_error(command, "unexpected argument '%s'",
			    argv[optind + 1]);
	return NULL;
}

int finish_output(const char *command, enum exit_status status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "%s %s: cannot write: %s\n",
		program_invocation_short_name, command, strerror(errno));
	return STATUS_FAILED;
}
