/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Test Anything Protocol: a plan, then one line for each test. Details of a
 * failed test follow its line as comments.
 */
#ifndef TG_TAP_H
#define TG_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define TAP_DUMP_MAX 256

struct tap {
	FILE *out; /* stdout, except in self-tests */
	int planned;
	int done;
	int failed;
};

static inline struct tap tap_plan(FILE *out, int tests)
{
	/* flush each line, so that results before a crash are kept */
	setvbuf(out, NULL, _IOLBF, 0);
	fprintf(out, "1..%d\n", tests);
	return (struct tap){ .out = out, .planned = tests };
}

__attribute__((format(printf, 3, 4))) static inline bool
tap_ok(struct tap *tap, bool passed, const char *name, ...)
{
	va_list args;

	tap->done++;
	tap->failed += !passed;
	fprintf(tap->out, "%sok %d - ", passed ? "" : "not ", tap->done);
	va_start(args, name);
	vfprintf(tap->out, name, args);
	va_end(args);
	fputc('\n', tap->out);
	return passed;
}

/* Reports a skipped test and the reason. */
static inline void tap_skip(struct tap *tap, const char *name, const char *why)
{
	tap->done++;
	fprintf(tap->out, "ok %d - %s # SKIP %s\n", tap->done, name, why);
}

__attribute__((format(printf, 2, 3))) static inline void
tap_note(struct tap *tap, const char *text, ...)
{
	va_list args;

	fputs("# ", tap->out);
	va_start(args, text);
	vfprintf(tap->out, text, args);
	va_end(args);
	fputc('\n', tap->out);
}

static inline void tap_dump(struct tap *tap, const uint8_t *bytes, size_t size)
{
	size_t shown = size < TAP_DUMP_MAX ? size : TAP_DUMP_MAX;

	for (size_t i = 0; i < shown; i++)
		fprintf(tap->out, "%s%s%02x",
			i % 16 ? " " : (i ? "\n#   " : "#   "),
			i % 16 == 8 ? " " : "", bytes[i]);
	fprintf(tap->out, "%s# %zu bytes%s\n", shown ? "\n" : "", size,
		shown < size ? ", these are the first" : "");
}

/* Returns the exit status; a plan that was not kept is a failure. */
static inline int tap_end(const struct tap *tap)
{
	if (tap->done != tap->planned)
		fprintf(tap->out, "# %d tests planned, %d run\n", tap->planned,
			tap->done);
	return tap->failed || tap->done != tap->planned ? EXIT_FAILURE
							: EXIT_SUCCESS;
}

#endif
