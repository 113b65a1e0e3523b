// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-capture - reads the events of watched programs, and prints them or writes
 * them to a file. 'tailgate capture' loads the watched programs before it runs
 * this, and restores the others afterwards.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "capture/file.h"
#include "capture/filter.h"
#include "capture/judges.h"
#include "capture/lines.h"
#include "capture/reader.h"
#include "lib/hook_names.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: tg-capture --pins FOLDER --objects FOLDER --device DEVICE\n"
	"                  --hook HOOK... [OPTION]...\n"
	"       tg-capture --constants [--verdict V] [--reason R,...]\n"
	"                  [--flow F]... [--rule N --policy OBJECT]\n"
	"\n"
	"Reads the packets that watched programs have judged, until it gets "
	"a\n"
	"signal, and says at the end how many there were.\n"
	"\n"
	"      --pins FOLDER     where the maps of the attachment are pinned\n"
	"      --objects FOLDER  objects of its chains, as loaded\n"
	"      --device DEVICE   ends when it is gone\n"
	"      --hook HOOK       xdp, ingress or egress; several times\n"
	"      --write FD        write pcapng to this file descriptor\n"
	"      --name FILE       its name in messages\n"
	"      --filter TEXT     said in the file\n"
	"      --snap N          bytes of a packet that programs send\n"
	"      --sample N        that they send one of N packets\n"
	"      --count N         end after N packets\n"
	"      --json            print one JSON object for each packet\n"
	"      --constants       print the constants of a filter for "
	"tg-splice\n"
	"  -h, --help\n";

struct capture {
	const char *pins, *objects, *name;
	int write; /* fd, or -1 */
	bool json, help, constants;
	struct capture_filter filter;
	uint64_t count, left; /* 0: no end */
	struct capture_about about;

	struct judges judges;
	struct event_reader *reader;
	struct capture_file *file;
	unsigned int index; /* of the device */
	bool device_is_gone;
};

static volatile sig_atomic_t is_ended;

static void end(int signal)
{
	(void)signal;
	is_ended = 1;
}

/* --- packets */

static int take(void *data, const struct judged_packet *packet)
{
	struct capture *capture = data;
	const struct judge *judge = judge_of(&capture->judges, packet->event);
	int err = 0;

	if (!capture->about.hooks[packet->event->hook])
		return 0;
	if (capture->file)
		err = capture_file_write(capture->file, judge, packet);
	else if (capture->json)
		line_print_json(stdout, capture->about.device, judge, packet);
	else
		line_print(stdout, judge, packet);
	if (!err && ferror(stdout))
		err = -errno;
	if (!err && capture->left && --capture->left == 0)
		return 1;
	return err;
}

static int flush(struct capture *capture)
{
	if (capture->file)
		return capture_file_flush(capture->file);
	return fflush(stdout) == 0 ? 0 : -errno;
}

/*
 * Detached, the attachment has no pins any more. A device of the same name is
 * another one.
 */
static bool is_there(struct capture *capture)
{
	char name[IF_NAMESIZE];

	capture->device_is_gone = !if_indextoname(capture->index, name);
	return !capture->device_is_gone && access(capture->pins, F_OK) == 0;
}

static int read_packets(struct capture *capture)
{
	time_t looked = 0;
	int err = 0;

	while (!err && !is_ended) {
		err = event_reader_poll(capture->reader);
		if (err >= 0 && flush(capture) < 0)
			err = -errno;
		if (time(NULL) == looked)
			continue;
		looked = time(NULL);
		if (!err && !is_there(capture))
			break;
	}
	/* a slow terminal or pipe, and the signal that ends the capture */
	if (err == -EINTR && is_ended)
		err = 0;
	return err > 0 ? 0 : err;
}

/* --- the end */

/* After an error, not all that were taken are in the file: `written` are. */
static void say_counts(const struct capture *capture,
		       const struct event_counts counts[TG_HOOKS],
		       const uint64_t *written)
{
	struct event_counts sum = { 0 };

	for (int hook = 0; hook < TG_HOOKS; hook++) {
		if (!capture->about.hooks[hook])
			continue;
		sum.judged += counts[hook].judged;
		sum.matched += counts[hook].matched;
		sum.chosen += counts[hook].chosen;
		sum.lost += counts[hook].lost;
		sum.taken += counts[hook].taken;
	}
	fprintf(stderr,
		"tailgate: %" PRIu64 " packets captured, %" PRIu64
		" lost; %" PRIu64 " of %" PRIu64 " that were judged fit\n",
		written ? *written : sum.taken, sum.lost, sum.matched,
		sum.judged);
}

static int fail(const struct capture *capture, int err)
{
	if (err == -EPIPE) /* the reader has closed the pipe */
		return EXIT_SUCCESS;
	fprintf(stderr, "tailgate: cannot write %s: %s\n", capture->name,
		strerror(-err));
	return EXIT_FAILURE;
}

static int finish(struct capture *capture, int err)
{
	struct event_counts counts[TG_HOOKS] = { 0 };
	bool has_counts = event_reader_count(capture->reader, counts) == 0;
	uint64_t written =
		capture->file ? capture_file_packets(capture->file) : 0;
	int closed = capture_file_close(capture->file,
					has_counts && !err ? counts : NULL);

	if (!err)
		err = closed;
	if (!err && !capture->file && fflush(stdout) != 0)
		err = -errno;
	if (!is_ended && !err && !(capture->count && !capture->left))
		fprintf(stderr, "tailgate: %s: the capture ends\n",
			capture->device_is_gone
				? "the device is gone"
				: "nothing is attached any more");
	if (has_counts)
		say_counts(capture, counts,
			   err && capture->file ? &written : NULL);
	return err ? fail(capture, err) : EXIT_SUCCESS;
}

static int capture_packets(struct capture *capture)
{
	int err;

	capture->judges.objects = capture->objects;
	capture->left = capture->count;
	capture->index = if_nametoindex(capture->about.device);
	if (event_reader_open(&capture->reader, capture->pins, take, capture))
		return EXIT_FAILURE;
	if (capture->write >= 0) {
		err = capture_file_open(&capture->file, capture->write,
					&capture->about);
		if (err)
			return fail(capture, err);
	}
	return finish(capture, read_packets(capture));
}

/* --- options */

static int usage(const char *what)
{
	fprintf(stderr, "tg-capture: %s: see tg-capture --help\n", what);
	return EXIT_USAGE;
}

static bool take_hook(struct capture *capture, const char *name)
{
	for (int hook = 0; hook < TG_HOOKS; hook++) {
		if (strcmp(hook_name(hook), name))
			continue;
		capture->about.hooks[hook] = true;
		return true;
	}
	return false;
}

static int parse_options(struct capture *capture, int argc, char **argv)
{
	static const struct option options[] = {
		{ "pins", required_argument, NULL, 'p' },
		{ "objects", required_argument, NULL, 'o' },
		{ "device", required_argument, NULL, 'd' },
		{ "hook", required_argument, NULL, 'k' },
		{ "write", required_argument, NULL, 'w' },
		{ "name", required_argument, NULL, 'n' },
		{ "filter", required_argument, NULL, 'f' },
		{ "snap", required_argument, NULL, 's' },
		{ "sample", required_argument, NULL, 'S' },
		{ "count", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "constants", no_argument, NULL, 'C' },
		{ "verdict", required_argument, NULL, 'v' },
		{ "reason", required_argument, NULL, 'r' },
		{ "flow", required_argument, NULL, 'F' },
		{ "rule", required_argument, NULL, 'R' },
		{ "policy", required_argument, NULL, 'P' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			capture->pins = optarg;
			break;
		case 'o':
			capture->objects = optarg;
			break;
		case 'd':
			capture->about.device = optarg;
			break;
		case 'k':
			if (!take_hook(capture, optarg))
				return usage("no such hook");
			break;
		case 'w':
			capture->write = atoi(optarg);
			break;
		case 'n':
			capture->name = optarg;
			break;
		case 'f':
			capture->about.filter = optarg;
			break;
		case 's':
			capture->about.snap = strtoul(optarg, NULL, 10);
			break;
		case 'S':
			capture->about.sample = strtoul(optarg, NULL, 10);
			break;
		case 'c':
			capture->count = strtoull(optarg, NULL, 10);
			break;
		case 'j':
			capture->json = true;
			break;
		case 'C':
			capture->constants = true;
			break;
		case 'v':
			if (filter_add_verdict(&capture->filter, optarg))
				return EXIT_USAGE;
			break;
		case 'r':
			if (filter_add_reasons(&capture->filter, optarg))
				return EXIT_USAGE;
			break;
		case 'F':
			if (filter_add_flow(&capture->filter, optarg))
				return EXIT_USAGE;
			break;
		case 'R':
			capture->filter.rule = optarg;
			break;
		case 'P':
			capture->filter.policy = optarg;
			break;
		case 'h':
			capture->help = true;
			return EXIT_SUCCESS;
		default:
			return EXIT_USAGE;
		}
	}
	if (!capture->filter.rule != !capture->filter.policy)
		return usage("--rule goes with --policy");
	if (capture->constants)
		return EXIT_SUCCESS;
	if (!capture->pins || !capture->objects || !capture->about.device)
		return usage("--pins, --objects and --device are needed");
	return optind == argc ? EXIT_SUCCESS : usage("no operands");
}

int main(int argc, char **argv)
{
	static struct capture capture = { .write = -1, .name = "the output" };
	struct sigaction action = { .sa_handler = end };
	int status = parse_options(&capture, argc, argv);

	if (status != EXIT_SUCCESS)
		return status;
	if (capture.help)
		return fputs(help, stdout) < 0;
	if (capture.constants)
		return filter_print(&capture.filter) ? EXIT_FAILURE
						     : EXIT_SUCCESS;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	libbpf_set_print(NULL);
	status = capture_packets(&capture);
	event_reader_close(capture.reader);
	judges_free(&capture.judges);
	return status;
}
