// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-look - prints the state of a device, its hooks and its attachment for the
 * shell, or as JSON. Read-only: it loads and attaches nothing, and takes a lock
 * only with --lock.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "lib/json_print.h"
#include "live/look.h"
#include "live/look_attachment.h"
#include "live/look_devices.h"
#include "live/look_lock.h"
#include "live/look_metrics.h"
#include "live/look_print.h"
#include "live/look_stale.h"

#define EXIT_USAGE 2
#define EXIT_WRONG 3
#define EXIT_NO_DEVICE 4

static const char help[] =
	"Usage: tg-look [OPTION...] DEVICE    the device and all of its hooks\n"
	"       tg-look [OPTION...] --all     all devices with programs on "
	"hooks\n"
	"       tg-look --key KEY             slots of an attachment's arrays\n"
	"       tg-look --host                state shared by all attachments\n"
	"\n"
	"Reads the state from the kernel, in the current network namespace, "
	"and\n"
	"prints NAME=VALUE lines; tc-scripts/lib/look.bash lists the names.\n"
	"Exits with 1 and one message if something cannot be read.\n"
	"\n"
	"      --place      only the device and its key, no hooks\n"
	"      --rules      also counters, memory and rules of policies\n"
	"      --health     also offloads and queues, and packets by reason\n"
	"      --files      also the constants of the attachment's objects\n"
	"      --lock FD    lock this file descriptor first\n"
	"      --tell FD    print the lock's holder to this one if it waits\n"
	"  -j, --json       print what 'tailgate status --json' prints; exit "
	"with 3\n"
	"                   if something is broken or stale, with 4 if there "
	"is\n"
	"                   no such device\n"
	"      --metrics    print what 'tailgate stats --prometheus' prints\n"
	"  -h, --help\n";

struct options {
	struct look_wants wants;
	bool all, json, metrics, host;
	int lock, tell;
	const char *key;
};

/* --- one device */

static int print_device(const char *device, const struct look_wants *wants)
{
	struct look look;
	int err = look_read(&look, device, wants);

	if (!err)
		err = look_print_lines(&look, wants);
	look_free(&look);
	return err;
}

/* --- status: all devices, or one */

struct report {
	const struct options *options;
	int stale;
	json_t *devices_json, *stale_json;
	struct metrics metrics;
	bool is_wrong;
};

static void add_found(json_t *array, json_t *found)
{
	if (found)
		add_json_item(array, found);
}

static int report_device(struct report *report, const char *device)
{
	struct look look;
	int err = look_read(&look, device, &report->options->wants);

	if (!err && report->options->all && !look.index) {
		/* the device was removed meanwhile */
	} else if (!err && report->options->metrics && look.index) {
		look_judge(&look);
		metrics_add(&report->metrics, &look);
	} else if (!err && !look.index &&
		   (report->options->json || report->options->metrics)) {
		err = EXIT_NO_DEVICE;
	} else if (!err && report->options->json) {
		look_judge(&look);
		add_found(report->devices_json, look_to_json(&look));
		report->is_wrong |= look_is_wrong(&look);
	} else if (!err) {
		err = look_print_lines(&look, &report->options->wants);
		look_line("", "end");
	}
	look_free(&look);
	return err;
}

static int report_key(const char *key, void *context)
{
	struct report *report = context;
	char why[LOOK_TEXT_SIZE];
	int err = look_stale(key, why);

	if (err || !why[0])
		return err;
	report->is_wrong = true;
	if (report->options->json) {
		add_json_item(report->stale_json, look_stale_to_json(key, why));
	} else if (!report->options->metrics) {
		look_line(key, "stale.%d.key", report->stale);
		look_line(why, "stale.%d.why", report->stale);
	}
	report->stale++;
	return 0;
}

/* Reports the device's own attachment if it is stale. */
static int report_own_key(struct report *report, const char *device)
{
	static const struct look_wants place = { .place_alone = true };
	struct look look;
	int err = look_read(&look, device, &place);

	if (!err && look.life == LOOK_LIFE_NAMESPACE)
		err = report_key(look.key, report);
	return err;
}

static int report_all(struct report *report)
{
	struct look_devices devices;
	int err = look_devices_read(&devices);

	for (size_t i = 0; !err && i < devices.count; i++)
		err = report_device(report, devices.names[i]);
	look_devices_free(&devices);
	return err ? err : look_each_key(report_key, report);
}

static int report_devices(struct report *report, const char *device)
{
	int err;

	if (!device)
		return report_all(report);
	err = report_device(report, device);
	return err ? err : report_own_key(report, device);
}

static int print_metrics(struct report *report, const char *device)
{
	int err = metrics_begin(&report->metrics);

	if (!err)
		err = report_devices(report, device);
	if (!err)
		metrics_add_stale(&report->metrics, report->stale);
	if (!err)
		err = metrics_print(&report->metrics, stdout);
	metrics_free(&report->metrics);
	return err;
}

static int print_report(const struct options *options, const char *device)
{
	static struct report report;
	int err;

	report.options = options;
	report.devices_json = json_array();
	report.stale_json = json_array();
	if (options->metrics)
		return print_metrics(&report, device);
	err = report_devices(&report, device);
	if (err)
		return err;
	if (options->json)
		print_json(stdout,
			   json_pack("{s:o, s:o}", "devices",
				     report.devices_json, "stale",
				     report.stale_json),
			   JSON_COMPACT);
	return options->json && report.is_wrong ? EXIT_WRONG : 0;
}

/* --- an attachment */

static void print_flag(const char *name, bool value)
{
	look_line(value ? "1" : "", "%s", name);
}

static int print_host(const char *key)
{
	bool is_mounted, has_others;
	int err = look_root(key, &is_mounted, &has_others);

	if (err)
		return err;
	print_flag("mounted", is_mounted);
	print_flag("others", has_others);
	print_flag("private", look_is_private());
	print_flag("shares_mounts", look_shares_mounts());
	return 0;
}

static int print_key(const char *key, bool files)
{
	bool is_live;
	int err = look_is_live(key, &is_live);

	if (err)
		return err;
	look_line(key, "key");
	print_flag("pins", look_has_folder(LOOK_PINS_ROOT, key));
	print_flag("objects", look_has_folder(LOOK_OBJECTS_ROOT, key));
	print_flag("live", is_live);
	print_flag("busy", look_is_busy(key));
	err = print_host(key);
	if (!err)
		err = look_print_slots(key);
	return err || !files ? err : look_print_files(key);
}

static int run(const struct options *options, const char *device)
{
	int err = 0;

	if (options->lock >= 0)
		err = look_lock(options->lock, options->tell, device);
	if (err)
		return look_fail(err, "the lock");
	if (options->host)
		return print_host("");
	if (options->key)
		return print_key(options->key, options->wants.files);
	if (options->wants.rules)
		return print_report(options, device);
	return print_device(device, &options->wants);
}

static int usage(const char *what)
{
	fprintf(stderr, "tg-look: %s: see tg-look --help\n", what);
	return EXIT_USAGE;
}

static int parse(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "place", no_argument, NULL, 'p' },
		{ "rules", no_argument, NULL, 'r' },
		{ "health", no_argument, NULL, 'H' },
		{ "files", no_argument, NULL, 'f' },
		{ "lock", required_argument, NULL, 'l' },
		{ "tell", required_argument, NULL, 't' },
		{ "all", no_argument, NULL, 'a' },
		{ "host", no_argument, NULL, 'o' },
		{ "key", required_argument, NULL, 'k' },
		{ "json", no_argument, NULL, 'j' },
		{ "metrics", no_argument, NULL, 'm' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "jh", names, NULL)) >= 0) {
		switch (option) {
		case 'p':
			options->wants.place_alone = true;
			break;
		case 'j':
			options->json = true;
			options->wants.rules = true;
			break;
		case 'm':
			options->metrics = true;
			options->wants.rules = true;
			options->wants.counters = true;
			break;
		case 'r':
			options->wants.rules = true;
			break;
		case 'f':
			options->wants.files = true;
			break;
		case 'l':
			options->lock = atoi(optarg);
			break;
		case 't':
			options->tell = atoi(optarg);
			break;
		case 'a':
			options->all = true;
			options->wants.rules = true;
			break;
		case 'H':
			options->wants.health = true;
			options->wants.rules = true;
			break;
		case 'o':
			options->host = true;
			break;
		case 'k':
			options->key = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		default:
			return EXIT_USAGE;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { .lock = -1, .tell = STDERR_FILENO };
	const char *device;
	int err = parse(&options, argc, argv);

	if (err)
		return err;
	device = argv[optind];
	if ((options.all || options.key || options.host) != !device ||
	    argc > optind + !!device)
		return usage("a device, --all, --key or --host");
	if (device && strlen(device) >= IFNAMSIZ)
		return usage("not a device name");
	libbpf_set_print(NULL);
	err = run(&options, device);
	if (err < 0)
		look_line(look_error(), "error");
	if (fflush(stdout) || err < 0)
		return EXIT_FAILURE;
	return err;
}
