// SPDX-License-Identifier: GPL-2.0-only
/*
 * meter - measures the cost of a program per frame of a trace, less that of a
 * baseline program. Both run alternately over the whole trace with
 * BPF_PROG_TEST_RUN. Nothing is attached or pinned.
 */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "frames.h"
#include "meter.h"
#include "policy/language/policy.h"

#define ROUNDS_USUAL 15
#define PASSES_USUAL 4
#define PASSES_MAX 64

static const char help[] =
	"Usage: meter [OPTION...] [[--trace FILE] LABEL=OBJECT[,BASELINE]]...\n"
	"\n"
	"  -t, --trace FILE      the frames for the rows that follow\n"
	"  -k, --hook HOOK       xdp, or ingress, for the rows that follow "
	"(xdp)\n"
	"  -y, --yardstick WORD  a row for a map of the kernel with N "
	"entries:\n"
	"                        hash:N or lpm:N; lines:N: a chain of four\n"
	"                        loads among N lines of 64 bytes;\n"
	"                        set-hosts:N, set-hosts-miss:N and\n"
	"                        set-prefixes:N: a set, beside set-hash:N,\n"
	"                        set-hash-miss:N and set-lpm:N, maps with the\n"
	"                        same entries; flow-hit:N, flow-prolong:N and\n"
	"                        flow-miss:N: a table of flows of the usual\n"
	"                        size, or with -full one for as many, beside\n"
	"                        flow-hash:N, flow-lru:N and their -miss:N;\n"
	"                        flow-policy:N: all of "
	"bench/rules/established\n"
	"                        .policy, parser and counters included;\n"
	"                        limit-all:N, limit-from:N and their -over:N:\n"
	"                        a rule with a limit, and N sources, less\n"
	"                        limit-none:N, the same rule without;\n"
	"                        limit-live:N: that rule in the program "
	"that\n"
	"                        asks tables\n"
	"  -r, --rounds N        runs of each program (15)\n"
	"  -p, --passes N        times over the trace in a round (4); of each\n"
	"                        piece of it, the fastest counts\n"
	"  -n, --no-check        do not compare verdicts with the trace's\n"
	"  -j, --json\n"
	"  -h, --help\n"
	"\n"
	"Without a baseline, or with -, it is an empty program. Prints\n"
	"nanoseconds: what the two cost at the least, what the object adds at\n"
	"the least, as median and at the most of the rounds, and that in "
	"terms\n"
	"of hash:10000 if it is among the rows. Exit status 1 where a verdict\n"
	"is wrong.\n";

const char *meter_directory;

struct meter {
	struct meter_row rows[METER_ROWS_MAX];
	size_t count, rounds;
	uint32_t passes;
	struct trace *trace, *timed; /* of the following rows */
	struct frames frames;	     /* of the same trace */
	const char *hook;
	bool json, blind;
};

static int usage(const char *what, const char *value)
{
	fprintf(stderr, "meter: %s: '%s': see meter --help\n", what, value);
	return -EINVAL;
}

static int quiet(enum libbpf_print_level level, const char *format,
		 va_list values)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, values) : 0;
}

/*
 * A reject turns the packet into a reply of another size, on which the driver
 * cannot continue, so such frames are not timed.
 */
static struct trace *without_rejects(const struct trace *trace)
{
	struct trace *timed = calloc(1, sizeof(*timed));
	size_t count = 0;

	if (!timed)
		return NULL;
	timed->header = trace->header;
	timed->records =
		calloc(trace->header.count, sizeof(struct trace_record));
	if (!timed->records)
		return NULL;
	for (size_t i = 0; i < trace->header.count; i++) {
		if (trace->records[i].verdict != POLICY_REJECT)
			timed->records[count++] = trace->records[i];
	}
	timed->header.count = count;
	return timed;
}

static int use_trace(struct meter *meter, const char *path)
{
	int err;

	meter->trace = calloc(1, sizeof(*meter->trace));
	if (!meter->trace)
		return -ENOMEM;
	err = trace_map(path, meter->trace);
	if (err)
		return err;
	meter->timed = without_rejects(meter->trace);
	if (!meter->timed)
		return -ENOMEM;
	return frames_pack(meter->timed, &meter->frames);
}

/* Loads the drivers of a row and allocates its results. */
static int finish_row(struct meter *meter, struct meter_row *row,
		      const struct frames *frames)
{
	for (int side = 0; side < METER_SIDES; side++) {
		int err = meter_load_driver(row, frames, side,
					    &row->drivers[side]);

		if (err)
			return err;
		row->runs[side] = calloc(METER_ROUNDS_MAX, sizeof(double));
		if (!row->runs[side])
			return -ENOMEM;
	}
	meter->count++;
	return 0;
}

static int load_side(const char *path, const char *hook)
{
	return path && strcmp(path, "-") ? meter_load(path, hook)
					 : meter_load_empty(hook);
}

static int add_row(struct meter *meter, char *word)
{
	struct meter_row *row = &meter->rows[meter->count];
	char *object = strchr(word, '='), *baseline;

	if (!object || object == word || !object[1])
		return usage("not LABEL=OBJECT", word);
	if (!meter->trace)
		return usage("a row needs a trace before it", word);
	*object++ = '\0';
	baseline = strchr(object, ',');
	if (baseline)
		*baseline++ = '\0';
	row->label = word;
	row->hook = meter->hook;
	row->trace = meter->trace;
	row->timed = meter->timed;
	row->programs[METER_OBJECT] = load_side(object, row->hook);
	if (row->programs[METER_OBJECT] < 0)
		return row->programs[METER_OBJECT];
	row->programs[METER_BASELINE] = load_side(baseline, row->hook);
	if (row->programs[METER_BASELINE] < 0)
		return row->programs[METER_BASELINE];
	return finish_row(meter, row, &meter->frames);
}

/* By how the word begins; the last is for all others. */
static const struct {
	const char *prefix;
	int (*add)(const char *word, struct meter_row *row);
} kinds[] = {
	{ "set-", meter_sets },
	{ "flow-", meter_flows },
	{ "limit-", meter_limits },
	{ "", meter_yardstick },
};

static int add_kind(const char *word, struct meter_row *row)
{
	size_t i = 0;

	while (strncmp(word, kinds[i].prefix, strlen(kinds[i].prefix)))
		i++;
	row->label = word;
	return kinds[i].add(word, row);
}

static int add_yardstick(struct meter *meter, const char *word)
{
	struct meter_row *row = &meter->rows[meter->count];
	struct frames frames;
	int err;

	err = add_kind(word, row);
	if (err)
		return err;
	row->timed = row->trace;
	err = frames_pack(row->timed, &frames);
	return err ? err : finish_row(meter, row, &frames);
}

static int take_number(const char *text, unsigned long max,
		       unsigned long *value)
{
	char *end;

	*value = strtoul(text, &end, 10);
	if (end == text || *end || !*value || *value > max)
		return usage("not a number, or too large", text);
	return 0;
}

static int take_hook(struct meter *meter, const char *hook)
{
	if (strcmp(hook, "xdp") && strcmp(hook, "ingress") &&
	    strcmp(hook, "egress"))
		return usage("neither xdp, ingress nor egress", hook);
	meter->hook = hook;
	return 0;
}

static int take_option(struct meter *meter, int option)
{
	unsigned long value = 0;
	int err = 0;

	switch (option) {
	case 1: /* an operand: a row */
		return add_row(meter, optarg);
	case 't':
		return use_trace(meter, optarg);
	case 'k':
		return take_hook(meter, optarg);
	case 'y':
		return add_yardstick(meter, optarg);
	case 'r':
		err = take_number(optarg, METER_ROUNDS_MAX, &value);
		meter->rounds = value;
		return err;
	case 'p':
		err = take_number(optarg, PASSES_MAX, &value);
		meter->passes = value;
		return err;
	case 'n':
		meter->blind = true;
		return 0;
	case 'j':
		meter->json = true;
		return 0;
	}
	return -EINVAL;
}

static int read_options(struct meter *meter, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "trace", required_argument, NULL, 't' },
		{ "hook", required_argument, NULL, 'k' },
		{ "yardstick", required_argument, NULL, 'y' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "passes", required_argument, NULL, 'p' },
		{ "no-check", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option, err;

	while ((option = getopt_long(argc, argv, "-t:k:y:r:p:njh", longs,
				     NULL)) >= 0) {
		if (option == 'h') {
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		}
		if (meter->count == METER_ROWS_MAX)
			return usage("too many rows", optarg ? optarg : "");
		err = take_option(meter, option);
		if (err)
			return err;
	}
	return meter->count ? 0 : usage("no row", "");
}

static int check_all(struct meter *meter, size_t *wrong)
{
	for (size_t i = 0; i < meter->count; i++) {
		int err = meter_check(&meter->rows[i]);

		if (err)
			return err;
		*wrong += meter->rows[i].wrong;
	}
	return 0;
}

/* Runs all rows in turn, so that disturbances affect all of them. */
static int run_all(struct meter *meter)
{
	for (size_t round = 0; round < meter->rounds; round++) {
		for (size_t i = 0; i < meter->count; i++) {
			int err = meter_run(&meter->rows[i], round,
					    meter->passes);

			if (err)
				return err;
		}
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\rround %zu of %zu\033[K%s", round + 1,
				meter->rounds,
				round + 1 < meter->rounds ? "" : "\r\033[K");
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct meter meter = { .rounds = ROUNDS_USUAL,
				      .passes = PASSES_USUAL,
				      .hook = "xdp" };
	static char self[PATH_MAX];
	size_t wrong = 0;
	int err;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return EXIT_FAILURE;
	meter_directory = dirname(self);
	libbpf_set_print(quiet);
	err = read_options(&meter, argc, argv);
	if (err)
		return err == -EINVAL ? 2 : EXIT_FAILURE;
	if (!meter.blind)
		err = check_all(&meter, &wrong);
	if (!err)
		err = run_all(&meter);
	if (err)
		return EXIT_FAILURE;
	(meter.json ? meter_print_json : meter_print)(meter.rows, meter.count,
						      meter.rounds);
	return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
