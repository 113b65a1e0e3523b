// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-counters - reads the counters that plugins have pinned in a directory,
 * sums them over all CPUs and prints those that are not 0.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "lib/counter_map.h"
#include "lib/hook_names.h"
#include "lib/json_print.h"
#include "lib/verdict_names.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: tg-counters [--json] DIRECTORY\n"
	"\n"
	"Prints the counters of all plugins that have pinned theirs in a\n"
	"directory of a bpffs, as tc and ip do: /sys/fs/bpf/tc/globals unless\n"
	"TC_BPF_MNT says otherwise.\n"
	"\n"
	"  -j, --json  one array, an object for each counter\n"
	"  -h, --help\n";

struct printer {
	json_t *list; /* output of --json, or NULL */
	bool has_head;
};

static void print_counter(struct printer *printer, const char *plugin,
			  unsigned int index, const struct tg_counter *sum)
{
	const char *reason = reason_name(index % TG_REASONS);
	const char *verdict = verdict_name(index / TG_REASONS % TG_VERDICTS);
	const char *hook = hook_name(index / TG_REASONS / TG_VERDICTS);

	if (printer->list) {
		add_json_item(printer->list,
			      json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}",
					"plugin", plugin, "hook", hook,
					"verdict", verdict, "reason", reason,
					"packets", (json_int_t)sum->packets,
					"bytes", (json_int_t)sum->bytes));
		return;
	}
	if (!printer->has_head)
		printf("%-16s %-8s %-8s %-16s %12s %14s\n", "PLUGIN", "HOOK",
		       "VERDICT", "REASON", "PACKETS", "BYTES");
	printer->has_head = true;
	printf("%-16s %-8s %-8s %-16s %12" PRIu64 " %14" PRIu64 "\n", plugin,
	       hook, verdict, reason, (uint64_t)sum->packets,
	       (uint64_t)sum->bytes);
}

static bool is_identifier(const char *name)
{
	return *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789_")];
}

static int counters_fail(const char *path, int err)
{
	fprintf(stderr, "tg-counters: %s: %s\n", path,
		err == -EPROTO ? "laid out by another version"
			       : strerror(-err));
	return err;
}

static int print_map(struct printer *printer, const char *directory,
		     const char *name)
{
	const char *plugin = name + strlen(TG_COUNTERS_PREFIX);
	struct tg_counter sums[TG_COUNTERS];
	char *path = NULL;
	int fd, err;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	fd = bpf_obj_get(path);
	err = fd < 0 ? -errno : counter_map_read(fd, sums);
	if (err)
		counters_fail(path, err);
	for (int i = 0; !err && i < TG_COUNTERS; i++) {
		if (sums[i].packets)
			print_counter(printer, plugin, i, &sums[i]);
	}
	if (fd >= 0)
		close(fd);
	free(path);
	return err;
}

static int is_counters(const struct dirent *entry)
{
	size_t prefix = strlen(TG_COUNTERS_PREFIX);

	return !strncmp(entry->d_name, TG_COUNTERS_PREFIX, prefix) &&
	       is_identifier(entry->d_name + prefix);
}

static int print_directory(struct printer *printer, const char *directory)
{
	struct dirent **names;
	int n = scandir(directory, &names, is_counters, alphasort);
	int err = 0;

	if (n < 0)
		return counters_fail(directory, -errno);
	for (int i = 0; i < n; i++) {
		int failed = print_map(printer, directory, names[i]->d_name);

		if (failed)
			err = failed;
		free(names[i]);
	}
	free(names);
	if (printer->list)
		print_json(stdout, printer->list, JSON_COMPACT);
	return err;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct printer printer = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) >= 0) {
		switch (option) {
		case 'j':
			printer.list = json_array();
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind + 1 != argc) {
		fprintf(stderr, "tg-counters: one directory is needed: "
				"see tg-counters --help\n");
		return EXIT_USAGE;
	}
	return print_directory(&printer, argv[optind]) ? EXIT_FAILURE
						       : EXIT_SUCCESS;
}
