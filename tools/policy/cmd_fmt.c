// SPDX-License-Identifier: GPL-2.0-only
/* tg-policy fmt: format the text of a policy. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command_line.h"
#include "policy/language/print/format.h"
#include "policy/language/text/read.h"

static int fmt_fail(const char *path, int err)
{
	fprintf(stderr, "%s fmt: %s: %s\n", program_invocation_short_name, path,
		strerror(-err));
	return STATUS_FAILED;
}

/* Write the temporary file, and sync it to disk before it is renamed. */
static int write_out(FILE *file, int fd, const struct source *source,
		     const struct stat *about)
{
	int err = policy_format(file, source);

	if (!err && (fflush(file) != 0 || ferror(file)))
		err = -EIO;
	/* keep the mode and, if permitted, the owner */
	if (!err && fchown(fd, about->st_uid, about->st_gid) < 0)
		errno = 0;
	if (!err && (fchmod(fd, about->st_mode & 07777) < 0 || fsync(fd) < 0))
		err = -errno;
	return err;
}

/* Replace the file atomically, by renaming a new one. */
static int replace_file(const char *path, const struct source *source)
{
	char *real = realpath(path, NULL), *temporary = NULL;
	struct stat about;
	FILE *file = NULL;
	int fd = -1, err = 0;

	if (!real || stat(real, &about) < 0)
		err = -errno;
	else if (asprintf(&temporary, "%s.XXXXXX", real) < 0)
		err = -ENOMEM;
	if (!err) {
		fd = mkostemp(temporary, O_CLOEXEC);
		err = fd < 0 ? -errno : 0;
	}
	if (!err) {
		file = fdopen(fd, "w");
		err = file ? write_out(file, fd, source, &about) : -errno;
	}
	if (file)
		fclose(file);
	else if (fd >= 0)
		close(fd);
	if (!err && rename(temporary, real) < 0)
		err = -errno;
	if (err && fd >= 0)
		unlink(temporary);
	free(temporary);
	free(real);
	return err;
}

static int format(const char *path, bool in_place)
{
	struct diagnostics diagnostics = { 0 };
	struct read_options options = { .alone = true };
	enum exit_status status = STATUS_OK;
	struct policy policy;
	int err = policy_read_file(&policy, path, &options, &diagnostics);

	if (err) {
		diagnostics_print(&diagnostics, policy.sources, stderr);
		status = STATUS_FAILED;
	} else if (in_place) {
		err = replace_file(path, &policy.sources->list[0]);
		if (err)
			status = fmt_fail(path, err);
	} else {
		policy_format(stdout, &policy.sources->list[0]);
	}
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	return finish_output("fmt", status);
}

int cmd_fmt(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "in-place", no_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	bool in_place = false;
	const char *path;
	int option;

	while ((option = getopt_long(argc, argv, "i", longs, NULL)) != -1) {
		if (option == 'j')
			return usage_error("fmt", "'--json' is an option of "
						  "'check'");
		if (option != 'i')
			return STATUS_USAGE;
		in_place = true;
	}
	path = only_operand("fmt", argc, argv);
	if (!path)
		return STATUS_USAGE;
	if (in_place && !strcmp(path, "-"))
		return usage_error("fmt", "standard input cannot be changed "
					  "in place");
	return format(path, in_place);
}
