// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-splice - copies a BPF object and changes constants in the copy, which tc
 * and ip load as any other object.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "flows/prepare.h"
#include "lib/elf_object.h"
#include "lib/elf_strip.h"
#include "lib/share.h"
#include "limits/prepare.h"
#include "sets/prepare.h"

#define EXIT_USAGE 2

#define SECTION_MAX (256U << 20)

static const char help[] =
	"Usage: tg-splice OBJECT -o COPY NAME=VALUE... [--next ...]...\n"
	"       tg-splice OBJECT --list\n"
	"       tg-splice OBJECT --sections\n"
	"       tg-splice --chains SECTION OBJECT...\n"
	"\n"
	"Copies a BPF object, sets constants in the copy and removes its "
	"debug\n"
	"data. No program is loaded.\n"
	"\n"
	"  NAME=VALUE       a variable of .rodata; decimal, 0x... or 0...\n"
	"  NAME?=VALUE      the same, if OBJECT has it\n"
	"  .SECTION=@FILE   the whole of a .rodata.* section, from a file "
	"that\n"
	"                   is as large as the section, or larger\n"
	"  -o, --output COPY\n"
	"                   the file to write; replaced atomically, may be "
	"OBJECT\n"
	"      --share      make COPY a hard link to an equal object in its "
	"folder\n"
	"      --sets PIN   the map of sets: makes those that OBJECT declares, "
	"and\n"
	"                   writes their numbers into COPY\n"
	"      --flows PIN  the table of flows: if OBJECT uses it, makes it if "
	"it is\n"
	"                   missing, and gives OBJECT's map its size\n"
	"      --flows-from SHARED\n"
	"                   the same for a PIN that is to be a link to this "
	"one\n"
	"      --adopt DEVICE\n"
	"                   add the flows of its sockets to a new table\n"
	"      --limits PIN the table of limits: if OBJECT uses it, as with "
	"--flows\n"
	"      --limits-from SHARED\n"
	"      --next       start another copy: OBJECT, -o and assignments "
	"follow\n"
	"  -l, --list       print the constants that can be set\n"
	"  -s, --sections   print the sections that hold programs\n"
	"      --chains SECTION\n"
	"                   check that each OBJECT has this section, and the\n"
	"                   constants of a plugin that can be chained\n"
	"  -h, --help\n"
	"\n"
	"Example: tg-splice build/drop_tcp.o -o /tmp/drop_8080.o "
	"drop_tcp_port=8080\n";

static int list(const struct elf_object *object)
{
	struct elf_constant constant;

	for (size_t n = 0; elf_object_constant(object, n, &constant); n++)
		printf("%s=%" PRIu64 " (%zu bytes, %s)\n", constant.name,
		       elf_constant_get(object, &constant), constant.size,
		       constant.section);
	return 0;
}

static int list_sections(const struct elf_object *object)
{
	const char *name;

	for (size_t n = 0; (name = elf_object_programs(object, n)); n++)
		puts(name);
	return 0;
}

/* --- checks for --chains */

static bool has_section(const struct elf_object *object, const char *section)
{
	const char *name;

	for (size_t n = 0; (name = elf_object_programs(object, n)); n++) {
		if (!strcmp(name, section))
			return true;
	}
	return false;
}

static int check_section(const struct elf_object *object, const char *section)
{
	const char *name;

	if (has_section(object, section))
		return 0;
	fprintf(stderr,
		"'%s' does not serve %.*s: it has no section '%s', only",
		object->path, (int)strcspn(section, "."), section, section);
	for (size_t n = 0; (name = elf_object_programs(object, n)); n++)
		fprintf(stderr, " %s", name);
	fputc('\n', stderr);
	return -ENOENT;
}

static int check_constants(const struct elf_object *object)
{
	static const char *const needed[] = { "tg_next_slot", "tg_miss",
					      "tg_serial" };

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		struct elf_constant constant;

		if (elf_object_find(object, needed[i], &constant))
			continue;
		fprintf(stderr,
			"'%s' cannot be chained: it has no constant %s: "
			"see docs/writing-a-plugin.md\n",
			object->path, needed[i]);
		return -ENOENT;
	}
	return 0;
}

static int check_chains(const char *section, char **paths)
{
	int err = 0;

	for (; !err && *paths; paths++) {
		struct elf_object object;

		err = elf_object_read(&object, *paths);
		if (err)
			break;
		err = check_section(&object, section);
		if (!err)
			err = check_constants(&object);
		elf_object_free(&object);
	}
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- constants */

static void print_known_constants(const struct elf_object *object)
{
	struct elf_constant constant;

	for (size_t n = 0; elf_object_constant(object, n, &constant); n++)
		fprintf(stderr, "%s%s",
			n ? ", " : "; there are: ", constant.name);
	fputc('\n', stderr);
}

static int set_value(struct elf_object *object, char *name, const char *text)
{
	struct elf_constant constant;
	unsigned long long value;
	char *end = name + strlen(name) - 1;
	bool is_optional = end >= name && *end == '?';

	if (is_optional)
		*end = '\0';
	if (!elf_object_find(object, name, &constant)) {
		if (is_optional)
			return 0;
		fprintf(stderr, "tg-splice: %s: no such constant: '%s'",
			object->path, name);
		print_known_constants(object);
		return -ENOENT;
	}
	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || strchr(text, '-')) {
		fprintf(stderr, "tg-splice: %s: not a number: '%s'\n", name,
			text);
		return -EINVAL;
	}
	if (constant.size < sizeof(value) && value >> (8 * constant.size)) {
		fprintf(stderr,
			"tg-splice: %s: '%s' does not fit into %zu bytes\n",
			name, text, constant.size);
		return -ERANGE;
	}
	elf_constant_set(object, &constant, value);
	return 0;
}

static int set_section(struct elf_object *object, const char *name,
		       const char *path)
{
	FILE *file = fopen(path, "re");
	struct stat st;
	char *bytes = NULL;
	int err = 0;

	if (!file || fstat(fileno(file), &st) < 0) {
		err = -errno;
		fprintf(stderr, "tg-splice: %s: %s\n", path, strerror(-err));
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > SECTION_MAX) {
		err = -EFBIG;
		fprintf(stderr, "tg-splice: %s: no file of %u MiB at most\n",
			path, SECTION_MAX >> 20);
		goto out;
	}
	bytes = malloc(st.st_size + 1);
	if (!bytes ||
	    fread(bytes, 1, st.st_size + 1, file) != (size_t)st.st_size) {
		fprintf(stderr, "tg-splice: %s: cannot be read whole\n", path);
		err = -EIO;
		goto out;
	}
	err = elf_object_replace(object, name, bytes, st.st_size);
	if (err == -ENOENT)
		fprintf(stderr, "tg-splice: %s: no such section: '%s'\n",
			object->path, name);
	else if (err == -EINVAL)
		fprintf(stderr, "tg-splice: %s: smaller than section '%s'\n",
			path, name);
	else if (err)
		fprintf(stderr, "tg-splice: %s\n", strerror(-err));
out:
	free(bytes);
	if (file)
		fclose(file);
	return err;
}

static int apply(struct elf_object *object, char *assignment)
{
	char *value = strchr(assignment, '=');

	if (!value) {
		fprintf(stderr, "tg-splice: not NAME=VALUE: '%s'\n",
			assignment);
		return -EINVAL;
	}
	*value++ = 0;
	if (assignment[0] != '.')
		return set_value(object, assignment, value);
	if (value[0] != '@') {
		fprintf(stderr, "tg-splice: %s: not @FILE: '%s'\n", assignment,
			value);
		return -EINVAL;
	}
	return set_section(object, assignment, value + 1);
}

static int strip(struct elf_object *object)
{
	int err = elf_object_strip(object);

	if (err)
		fprintf(stderr, "tg-splice: %s: %s\n", object->path,
			strerror(-err));
	return err;
}

static int usage(const char *what)
{
	fprintf(stderr, "tg-splice: %s: see tg-splice --help\n", what);
	return EXIT_USAGE;
}

/* Executes the arguments up to --next. */
static int splice(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "share", no_argument, NULL, 'S' },
		{ "sets", required_argument, NULL, 't' },
		{ "flows", required_argument, NULL, 'f' },
		{ "flows-from", required_argument, NULL, 'F' },
		{ "adopt", required_argument, NULL, 'a' },
		{ "limits", required_argument, NULL, 'm' },
		{ "limits-from", required_argument, NULL, 'M' },
		{ "list", no_argument, NULL, 'l' },
		{ "sections", no_argument, NULL, 's' },
		{ "chains", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct elf_object object;
	const char *output = NULL, *chains = NULL, *sets = NULL;
	int (*report)(const struct elf_object *object) = NULL;
	bool share = false, is_renumbered = false;
	struct flow_wish flows = { 0 };
	struct limit_wish limits = { 0 };
	int option, err;

	while ((option = getopt_long(argc, argv, "o:lsh", options, NULL)) >=
	       0) {
		switch (option) {
		case 'o':
			output = optarg;
			break;
		case 'S':
			share = true;
			break;
		case 't':
			sets = optarg;
			break;
		case 'f':
			flows.pin = optarg;
			break;
		case 'F':
			flows.shared = optarg;
			break;
		case 'a':
			flows.device = optarg;
			break;
		case 'm':
			limits.pin = optarg;
			break;
		case 'M':
			limits.shared = optarg;
			break;
		case 'l':
			report = list;
			break;
		case 's':
			report = list_sections;
			break;
		case 'c':
			chains = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return usage("no object given");
	if (chains)
		return output || report ? usage("--chains stands alone")
					: check_chains(chains, argv + optind);
	if (!report == !output)
		return usage("either -o COPY, --list or --sections");
	if ((sets || flows.pin || limits.pin) && !output)
		return usage("--sets, --flows and --limits go with -o COPY");
	if ((flows.shared || flows.device) && !flows.pin)
		return usage("--flows-from and --adopt go with --flows");
	if (limits.shared && !limits.pin)
		return usage("--limits-from goes with --limits");
	if (report && optind + 1 < argc)
		return usage("a list is of one object");

	err = elf_object_read(&object, argv[optind++]);
	if (err)
		return EXIT_FAILURE;
	if (report)
		err = report(&object);
	while (!err && optind < argc)
		err = apply(&object, argv[optind++]);
	if (!err && sets)
		err = set_prepare(sets, &object, 1, &is_renumbered);
	if (!err && flows.pin)
		err = flow_prepare_object(&flows, &object);
	if (!err && limits.pin)
		err = limit_prepare_object(&limits, &object);
	if (!err && output)
		err = strip(&object);
	if (!err && output && !(share && share_object(&object, output)))
		err = elf_object_write(&object, output);
	elf_object_free(&object);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	char *name = argv[0];
	int status = EXIT_SUCCESS;

	for (int first = 0, end; first < argc && !status; first = end) {
		for (end = first + 1; end < argc; end++) {
			if (!strcmp(argv[end], "--next"))
				break;
		}
		argv[first] = name;
		argv[end] = NULL;
		optind = 0; /* resets getopt_long() */
		status = splice(end - first, argv + first);
	}
	return status;
}
