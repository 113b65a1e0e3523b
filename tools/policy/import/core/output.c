// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"
#include "policy/language/limits.h"
#include "policy/language/text/read.h"

#define SHOWN_MAX 60 /* bytes of a line */

#define REFUSED "the policy would be invalid: "
#define MEND "shorten the rules, or import a smaller chain with --chain"

/* Bytes beyond the limit are discarded, but reported as written. */
static ssize_t output_write(void *cookie, const char *text, size_t size)
{
	struct import_output *output = cookie;

	if (output->error)
		return size;
	if (size > POLICY_SIZE_MAX - output->size)
		output->error = -EFBIG;
	else if (!vec_reserve(output->text, output->room, output->size + size))
		output->error = -ENOMEM;
	if (output->error)
		return size;
	memcpy(output->text + output->size, text, size);
	output->size += size;
	return size;
}

void import_output_open(struct import_output *output)
{
	*output = (struct import_output){ 0 };
	output->stream = fopencookie(
		output, "w", (cookie_io_functions_t){ .write = output_write });
}

void import_output_free(struct import_output *output)
{
	if (output->stream)
		fclose(output->stream);
	free(output->text);
	*output = (struct import_output){ 0 };
}

/* --- what the parser refuses, in one line */

struct spot {
	const char *line;
	size_t size;
	const char *block; /* the name of the sub-list that it is in, or NULL */
	size_t block_size;
};

/* The line with this number, counted from 1. */
static struct spot spot_of(const struct import_output *output,
			   unsigned int number)
{
	static const char head[] = "sublist ";
	const char *at = output->text, *end = output->text + output->size;
	struct spot spot = { 0 };

	for (; number && at < end; number--) {
		const char *newline = memchr(at, '\n', end - at);

		spot.line = at;
		spot.size = (newline ? newline : end) - at;
		at += spot.size + 1;
		if (*spot.line == '}')
			spot.block = NULL;
		if (spot.size < sizeof(head) ||
		    memcmp(spot.line, head, sizeof(head) - 1))
			continue;
		spot.block = spot.line + sizeof(head) - 1;
		spot.block_size = strcspn(spot.block, " \n");
	}
	for (; spot.size && isblank((unsigned char)*spot.line); spot.size--)
		spot.line++;
	return spot;
}

static const struct diagnostic *
first_error(const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		if (diagnostics->list[i].severity == SEVERITY_ERROR)
			return &diagnostics->list[i];
	}
	return NULL;
}

static void refuse(const struct import_output *output, struct import *import,
		   const struct diagnostics *diagnostics)
{
	const struct diagnostic *error = first_error(diagnostics);
	struct spot spot;

	if (!error || !error->message) {
		import_error(import, 0, 0, "out of memory");
		return;
	}
	spot = spot_of(output, error->place.line);
	import_error(import, 0, 0, REFUSED "'%.*s%s'%s%.*s%s: %s: " MEND,
		     (int)(spot.size < SHOWN_MAX ? spot.size : SHOWN_MAX),
		     spot.line, spot.size > SHOWN_MAX ? " ..." : "",
		     spot.block ? " in '" : "",
		     (int)(spot.block ? spot.block_size : 0),
		     spot.block ? spot.block : "", spot.block ? "'" : "",
		     error->message);
}

static int check(const struct import_output *output, struct import *import)
{
	const struct read_options options = { .no_include = true };
	struct diagnostics diagnostics = { 0 };
	struct policy policy;
	int err = policy_read_text(&policy, import->path, output->text,
				   output->size, &options, &diagnostics);

	if (err)
		refuse(output, import, &diagnostics);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	return err;
}

int import_output_finish(struct import_output *output, struct import *import,
			 FILE *out)
{
	if (fflush(output->stream))
		output->error = -errno;
	if (output->error == -EFBIG)
		import_error(import, 0, 0,
			     REFUSED
			     "its text would be more than %d MiB: " MEND,
			     POLICY_SIZE_MAX >> 20);
	else if (output->error)
		import_error(import, 0, 0, "%s", strerror(-output->error));
	if (output->error)
		return output->error;
	if (check(output, import))
		return -E2BIG;
	fwrite(output->text, 1, output->size, out);
	return 0;
}
