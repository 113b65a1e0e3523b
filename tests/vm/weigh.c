// SPDX-License-Identifier: GPL-2.0-only
/*
 * weigh - loads each program of each object, prints how many instructions the
 * verifier of this kernel processed, and fails if that exceeds the program's
 * budget. Needs root.
 *
 *	build/vm/weigh tests/vm/budget build/drop_tcp.o
 *
 * A line of the budget is an object, a program and a number; the object
 * "default" applies to programs without a line.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "tap.h"

#define EXIT_USAGE 2

/* Statistics and errors, without the log of every instruction. */
#define LOG_STATISTICS 4
#define LOG_SIZE (256 << 10)

#define NAME_SIZE 128

struct scale {
	struct tap tap;
	const char *budget;
	char *log;
};

/* The number on the line with these two words, or 0. */
static long budget_line(FILE *file, const char *object, const char *program)
{
	char line[512], words[2][NAME_SIZE];
	long number;

	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%127s %127s %ld", words[0], words[1],
			   &number) == 3 &&
		    !strcmp(words[0], object) && !strcmp(words[1], program))
			return number;
	}
	return 0;
}

static long allowed(const char *path, const char *object, const char *program)
{
	FILE *file = fopen(path, "r");
	long number;

	if (!file) {
		fprintf(stderr, "weigh: %s: %s\n", path, strerror(errno));
		exit(EXIT_FAILURE);
	}
	number = budget_line(file, object, program);
	if (!number)
		number = budget_line(file, "default", "default");
	fclose(file);
	return number;
}

/* build/tutorial/pair_stats.o becomes "tutorial/pair_stats". */
static void object_name(char *name, const char *path)
{
	const char *start = strstr(path, "build/");

	snprintf(name, NAME_SIZE, "%s", start ? start + 6 : path);
	if (strlen(name) > 2)
		name[strlen(name) - 2] = '\0';
}

/* Sections unknown to libbpf are tc's. */
static struct bpf_object *open_with_types(const char *path)
{
	struct bpf_object *object = object_open(path);
	struct bpf_program *program;

	if (!object)
		return NULL;
	bpf_object__for_each_program (program, object) {
		if (bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC)
			bpf_program__set_type(program, BPF_PROG_TYPE_SCHED_CLS);
	}
	return object;
}

static struct bpf_program *nth_program(struct bpf_object *object, int n)
{
	struct bpf_program *program, *found = NULL;

	bpf_object__for_each_program (program, object) {
		bpf_program__set_autoload(program, n == 0);
		if (n-- == 0)
			found = program;
	}
	return found;
}

static long processed(const char *log)
{
	const char *at = strstr(log, "processed ");
	long count = 0;

	if (at)
		sscanf(at, "processed %ld insns", &count);
	return count;
}

static bool is_statistic(const char *line)
{
	return !strncmp(line, "processed ", 10) ||
	       !strncmp(line, "stack depth ", 12) ||
	       !strncmp(line, "verification time ", 18);
}

/* Prints the verifier's last message, without statistics. */
static void note_refusal(struct scale *scale, int err)
{
	char *line, *rest = scale->log, *last = NULL;

	while ((line = strsep(&rest, "\n"))) {
		if (*line && !is_statistic(line))
			last = line;
	}
	tap_note(&scale->tap, "%s: %s", strerror(-err),
		 last ? last : "the verifier says nothing");
}

static void weigh_program(struct scale *scale, struct bpf_object *object,
			  struct bpf_program *program, const char *name)
{
	const char *function = bpf_program__name(program);
	long budget = allowed(scale->budget, name, function), count;
	int err;

	scale->log[0] = '\0';
	bpf_program__set_log_level(program, LOG_STATISTICS);
	bpf_program__set_log_buf(program, scale->log, LOG_SIZE);
	err = bpf_object__load(object);
	if (err) {
		tap_ok(&scale->tap, false, "%s %s is accepted", name, function);
		note_refusal(scale, err);
		return;
	}
	count = processed(scale->log);
	if (!tap_ok(&scale->tap, count > 0 && count <= budget,
		    "%s %s: %ld instructions", name, function, count))
		tap_note(&scale->tap, "%ld are allowed: see %s", budget,
			 scale->budget);
}

/* Each program is loaded alone, so that one failure does not hide others. */
static void weigh_object(struct scale *scale, const char *path)
{
	struct bpf_program *program;
	struct bpf_object *object;
	char name[NAME_SIZE];

	object_name(name, path);
	for (int n = 0;; n++) {
		object = open_with_types(path);
		if (!object) {
			tap_ok(&scale->tap, false, "%s can be opened", name);
			return;
		}
		program = nth_program(object, n);
		if (program)
			weigh_program(scale, object, program, name);
		bpf_object__close(object);
		if (!program)
			return;
	}
}

int main(int argc, char **argv)
{
	struct scale scale = { .tap = { .out = stdout } };

	if (argc < 3) {
		fprintf(stderr, "Usage: weigh BUDGET OBJECT...\n");
		return EXIT_USAGE;
	}
	scale.budget = argv[1];
	scale.log = malloc(LOG_SIZE);
	if (!scale.log)
		abort();
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 2; i < argc; i++)
		weigh_object(&scale, argv[i]);
	free(scale.log);

	/* the number of programs is only known now */
	scale.tap.planned = scale.tap.done;
	printf("1..%d\n", scale.tap.planned);
	return tap_end(&scale.tap);
}
