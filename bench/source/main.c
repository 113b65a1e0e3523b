// SPDX-License-Identifier: GPL-2.0-only
/*
 * source DEVICE TRACE - sends the frames of a trace repeatedly, as fast as one
 * CPU can. They are live frames of BPF_PROG_TEST_RUN, which a program redirects
 * to the device. The peer of a veth processes them, if it has an XDP program or
 * GRO is on, on the sending CPU between batches.
 */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <linux/limits.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "frames.h"
#include "object.h"
#include "source.h"

/* Target duration of a system call, so that --time is kept. */
#define CALL_SECONDS 0.05
#define CALL_FIRST (4 * SOURCE_PIECE)
#define CALL_MAX 1048576
#define PIECES_MAX 1048576
#define BATCH_USUAL 64
#define BATCH_MAX 256

static const char help[] =
	"Usage: source [OPTION...] DEVICE TRACE\n"
	"\n"
	"  -c, --count N    number of frames; the trace once if neither is "
	"given\n"
	"  -t, --time S     for S seconds\n"
	"  -s, --start N    first frame (0)\n"
	"  -u, --cpu N      run on this CPU only\n"
	"  -a, --at S       begin at this time, in seconds since the epoch\n"
	"  -b, --batch N    frames per batch (64)\n"
	"  -h, --help\n"
	"\n"
	"SIGTERM ends it early.\n"
	"\n"
	"Prints the number of frames, the seconds (without the kernel's set-up "
	"of\n"
	"each call), and frames a second: the median of short pieces, which\n"
	"excludes those that were preempted.\n";

struct options {
	const char *device, *trace;
	uint64_t count;
	double seconds, at;
	unsigned long start, cpu, batch;
	bool pinned;
};

struct source {
	int program;
	struct source_progress *progress; /* memory-mapped */
	size_t frame_size;
	uint64_t sent;
	double seconds;
	double *pieces; /* nanoseconds of each */
	size_t piece_count;
};

static volatile sig_atomic_t is_over;

static void end(int signal)
{
	(void)signal;
	is_over = 1;
}

static int source_fail(const char *what, int err)
{
	fprintf(stderr, "source: %s: %s\n", what, strerror(-err));
	return err;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Spins, so that several sources begin at the same time. */
static void wait_until(double seconds)
{
	struct timespec now;

	do {
		clock_gettime(CLOCK_REALTIME, &now);
	} while (!is_over && now.tv_sec + now.tv_nsec / 1e9 < seconds);
}

/* Maps the program's .bss, which holds all of its variables. */
static int begin(struct source *source, struct bpf_object *object,
		 const struct options *options)
{
	int map = bpf_object__find_map_fd_by_name(object, ".bss");
	unsigned int device = if_nametoindex(options->device);

	if (!device)
		return source_fail(options->device, -ENODEV);
	source->progress = mmap(NULL, sizeof(*source->progress),
				PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (source->progress == MAP_FAILED)
		return source_fail("its variables", -errno);
	source->progress->device = device;
	source->progress->position = options->start;
	return 0;
}

static int load_source(struct source *source, struct options *options,
		       const char *directory)
{
	struct bpf_object *object;
	struct frames frames;
	struct trace trace;
	char path[PATH_MAX];
	int err = trace_map(options->trace, &trace);

	if (err)
		return err;
	if (options->start >= trace.header.count)
		return source_fail("--start is beyond the end", -EINVAL);
	if (!options->count && !options->seconds)
		options->count = trace.header.count;
	err = frames_pack(&trace, &frames);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/source.bpf.o", directory);
	object = object_open(path);
	if (!object)
		return -ENOENT;
	err = frames_attach(object, &frames);
	if (!err)
		err = bpf_object__load(object);
	if (err)
		return source_fail(path, err);
	source->program = bpf_program__fd(object_program(object, "xdp"));
	source->frame_size = frames_size(&trace);
	return begin(source, object, options);
}

static int pin_to_cpu(const struct options *options)
{
	cpu_set_t set;

	if (!options->pinned)
		return 0;
	CPU_ZERO(&set);
	CPU_SET(options->cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set)
		       ? source_fail("--cpu", -errno)
		       : 0;
}

/* Only complete pieces: the last one has no end time. */
static void take_pieces(struct source *source, size_t count)
{
	const __u64 *times = source->progress->times;

	for (size_t i = 0; i + 1 < count; i++) {
		double seconds = (times[i + 1] - times[i]) / 1e9;

		source->seconds += seconds;
		if (source->piece_count < PIECES_MAX)
			source->pieces[source->piece_count++] = seconds;
	}
}

static int send_some(struct source *source, uint32_t count, uint32_t batch)
{
	unsigned char frame[FRAMES_WIDE] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
		    .data_size_in = source->frame_size, .repeat = count,
		    .batch_size = batch, .flags = BPF_F_TEST_XDP_LIVE_FRAMES);
	int err;

	source->progress->number = 0;
	err = bpf_prog_test_run_opts(source->program, &run);
	if (err == -EINTR && is_over) { /* between two batches */
		count = source->progress->number;
		err = 0;
	}
	if (!err && source->progress->number != count)
		err = -EIO;
	if (err)
		return source_fail("cannot send", err);
	source->sent += count;
	take_pieces(source, count / SOURCE_PIECE);
	return 0;
}

/* Doubles the frames of a call until it takes CALL_SECONDS. */
static int send_all(struct source *source, const struct options *options)
{
	uint64_t call = CALL_FIRST;
	double start = seconds_now(), before = start, now = start;
	int err = 0;

	while (!err && !is_over &&
	       (!options->count || source->sent < options->count) &&
	       (!options->seconds || now - start < options->seconds)) {
		uint64_t left =
			options->count ? options->count - source->sent : call;

		err = send_some(source, left < call ? left : call,
				options->batch);
		now = seconds_now();
		if (now - before < CALL_SECONDS && call < CALL_MAX)
			call *= 2;
		before = now;
	}
	return err;
}

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* Frames a second of the median piece, which excludes preempted pieces. */
static double typical_rate(struct source *source)
{
	size_t count = source->piece_count;

	if (!count)
		return 0;
	qsort(source->pieces, count, sizeof(*source->pieces), compare);
	return SOURCE_PIECE / source->pieces[count / 2];
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || value > max) {
		fprintf(stderr,
			"source: not a number, or too large: '%s': see "
			"source --help\n",
			text);
		exit(2);
	}
	return value;
}

static double decimal(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || value <= 0) {
		fprintf(stderr, "source: not a time: '%s'\n", text);
		exit(2);
	}
	return value;
}

static void read_option(int option, struct options *options)
{
	switch (option) {
	case 'c':
		options->count = number(optarg, UINT64_MAX);
		break;
	case 't':
		options->seconds = decimal(optarg);
		break;
	case 's':
		options->start = number(optarg, UINT32_MAX);
		break;
	case 'u':
		options->cpu = number(optarg, CPU_SETSIZE - 1);
		options->pinned = true;
		break;
	case 'b':
		options->batch = number(optarg, BATCH_MAX);
		break;
	case 'a':
		options->at = decimal(optarg);
		break;
	case 'h':
		fputs(help, stdout);
		exit(EXIT_SUCCESS);
	default:
		exit(2);
	}
}

static void read_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "time", required_argument, NULL, 't' },
		{ "start", required_argument, NULL, 's' },
		{ "cpu", required_argument, NULL, 'u' },
		{ "batch", required_argument, NULL, 'b' },
		{ "at", required_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:t:s:u:b:a:h", longs,
				     NULL)) >= 0)
		read_option(option, options);
	if (optind + 2 != argc) {
		fprintf(stderr,
			"source: a device and a trace: see source --help\n");
		exit(2);
	}
	options->device = argv[optind];
	options->trace = argv[optind + 1];
}

int main(int argc, char **argv)
{
	struct options options = { .batch = BATCH_USUAL };
	struct source source = { 0 };
	static char self[PATH_MAX];
	int err;

	read_options(argc, argv, &options);
	signal(SIGTERM, end);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return EXIT_FAILURE;
	err = load_source(&source, &options, dirname(self));
	source.pieces = calloc(PIECES_MAX, sizeof(*source.pieces));
	if (!err && !source.pieces)
		err = source_fail("its figures", -ENOMEM);
	if (!err)
		err = pin_to_cpu(&options);
	if (!err)
		wait_until(options.at);
	if (!err)
		err = send_all(&source, &options);
	printf("%lu %.6f %.0f\n", source.sent, source.seconds,
	       typical_rate(&source));
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
