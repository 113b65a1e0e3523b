// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify - prints how many instructions the verifier of this kernel processes
 * for each program; its limit is a million. Needs root.
 *
 *	build/tests/verify [--budget N] OBJECT...
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "tap.h"

#define EXIT_USAGE 2

/* Only statistics or errors, without the log of every instruction. */
#define LOG_STATISTICS 4
#define LOG_SIZE (64 << 10)

#define PROGRAMS_MAX 16

struct verified {
	struct bpf_program *program;
	char *log;
};

struct measure {
	struct tap tap;
	long budget;
	long most;
};

static long processed(const char *log)
{
	const char *at = log ? strstr(log, "processed ") : NULL;
	long count = 0;

	if (at)
		sscanf(at, "processed %ld insns", &count);
	return count;
}

static void report(struct measure *measure, const char *path,
		   const struct verified *verified)
{
	const char *section = bpf_program__section_name(verified->program);
	long count = processed(verified->log);

	if (count > measure->most)
		measure->most = count;
	if (!tap_ok(&measure->tap,
		    count > 0 && (!measure->budget || count <= measure->budget),
		    "%s %s is verified in %ld instructions", path, section,
		    count) &&
	    count > 0)
		tap_note(&measure->tap, "%ld are allowed", measure->budget);
}

static void verify(struct measure *measure, const char *path)
{
	struct bpf_object *object = object_open(path);
	struct verified verified[PROGRAMS_MAX] = { 0 };
	struct bpf_program *program;
	int count = 0, err = 0;

	if (!object) {
		tap_ok(&measure->tap, false, "%s can be opened", path);
		return;
	}
	bpf_object__for_each_program (program, object) {
		if (count == PROGRAMS_MAX)
			break;
		verified[count].program = program;
		verified[count].log = calloc(1, LOG_SIZE);
		if (!verified[count].log)
			abort();
		bpf_program__set_log_level(program, LOG_STATISTICS);
		bpf_program__set_log_buf(program, verified[count].log,
					 LOG_SIZE);
		count++;
	}
	err = bpf_object__load(object);
	for (int i = 0; i < count; i++) {
		report(measure, path, &verified[i]);
		free(verified[i].log);
	}
	if (!tap_ok(&measure->tap, !err, "%s is accepted", path))
		tap_note(&measure->tap, "%s", strerror(-err));
	bpf_object__close(object);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "budget", required_argument, NULL, 'b' },
		{ 0 },
	};
	struct measure measure = { .tap = { .out = stdout } };
	int option;

	while ((option = getopt_long(argc, argv, "b:", options, NULL)) >= 0) {
		if (option != 'b')
			return EXIT_USAGE;
		measure.budget = strtol(optarg, NULL, 0);
		if (measure.budget <= 0) {
			fprintf(stderr, "verify: not a budget: '%s'\n", optarg);
			return EXIT_USAGE;
		}
	}
	if (optind == argc) {
		fprintf(stderr, "verify: no object given\n");
		return EXIT_USAGE;
	}
	for (int i = optind; i < argc; i++)
		verify(&measure, argv[i]);
	tap_note(&measure.tap, "%ld instructions at most", measure.most);

	/* the number of programs is only known now */
	measure.tap.planned = measure.tap.done;
	printf("1..%d\n", measure.tap.planned);
	return tap_end(&measure.tap);
}
