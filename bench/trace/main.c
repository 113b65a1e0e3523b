// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace - generates frames that match the rules of a policy, with the verdicts
 * of the reference matcher. Deterministic: equal options give equal traces.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet_frame.h"
#include "pick.h"
#include "policy/language/parse/policy_parse.h"
#include "trace_file.h"
#include "truth.h"

#define COUNT_USUAL 65536
#define COUNT_MAX 16777216
#define NOISE_USUAL 8
#define CORNERS_USUAL 20
#define ATTEMPTS_PER_FRAME 1000

static const char help[] =
	"Usage: trace [OPTION...] POLICY -o FILE\n"
	"\n"
	"  -o, --output FILE    the trace; bench/common/trace_file.h has its "
	"form\n"
	"  -n, --count N        number of frames (65536)\n"
	"  -z, --zipf S         pick rules by Zipf's law with this exponent;\n"
	"                       uniformly if not given\n"
	"  -r, --random N       percent of frames whose fields are random (8)\n"
	"  -s, --seed N         seed of the random numbers (1)\n"
	"      --only VERDICT   only frames with this verdict: drop or pass\n"
	"      --no-truth       without verdicts\n"
	"      --check N        check each N-th frame against all rules\n"
	"  -h, --help\n"
	"\n"
	"POLICY is - for the standard input. Prints how many frames are to be\n"
	"dropped and passed, and how many match a rule.\n";

struct options {
	const char *policy, *output;
	uint64_t count, seed, check;
	unsigned int noise;
	double skew;
	const char *only;
	bool blind;
};

struct maker {
	const struct options *options;
	struct picker picker;
	struct truth *truth;
	size_t met, passed; /* frames matched by a rule; passed frames */
};

static int usage(const char *what, const char *value)
{
	fprintf(stderr, "trace: %s: '%s': see trace --help\n", what, value);
	return 2;
}

static bool number(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return end != text && !*end && !errno && *value <= max;
}

static bool is_pass(enum policy_action action)
{
	return action != POLICY_DROP && action != POLICY_REJECT;
}

static bool is_wanted(const struct maker *maker, enum policy_action action)
{
	const char *only = maker->options->only;

	return !only || !strcmp(only, "pass") == is_pass(action);
}

static bool agrees(const struct policy *policy,
		   const struct policy_packet *packet,
		   struct policy_verdict verdict)
{
	struct policy_verdict all = policy_match(
		policy, &(struct match_context){ .packet = packet });

	if (all.rule == verdict.rule && all.action == verdict.action)
		return true;
	fprintf(stderr, "trace: the verdict differs from that of the reference "
			"matcher\n");
	return false;
}

/* Returns 0, or -EAGAIN if the frame's verdict is not wanted. */
static int make_frame(struct maker *maker, size_t number,
		      struct trace_record *record)
{
	static const struct policy_metadata none;
	struct policy_verdict verdict;
	struct policy_packet packet;

	*record = (struct trace_record){ .verdict = TRACE_VERDICT_UNKNOWN };
	pick_packet(&maker->picker, &packet);
	record->size = packet_frame(&packet, record->frame);
	if (maker->options->blind)
		return 0;
	policy_packet_read(&packet, record->frame, record->size, &none);
	verdict = truth_match(maker->truth, &packet);
	if (!is_wanted(maker, verdict.action))
		return -EAGAIN;
	if (maker->options->check && number % maker->options->check == 0 &&
	    !agrees(maker->picker.policy, &packet, verdict))
		return -EIO;
	record->verdict = verdict.action;
	record->line = verdict.rule ? verdict.rule->place.line : 0;
	maker->met += !!verdict.rule;
	maker->passed += is_pass(verdict.action);
	return 0;
}

static int make_all(struct maker *maker, struct trace *trace)
{
	size_t count = trace->header.count, attempts = 0;
	int err;

	for (size_t i = 0; i < count;) {
		if (attempts++ > count * ATTEMPTS_PER_FRAME) {
			fprintf(stderr, "trace: too few frames have the wanted "
					"verdict\n");
			return -EDOM;
		}
		err = make_frame(maker, i, &trace->records[i]);
		if (!err)
			i++;
		else if (err != -EAGAIN)
			return err;
	}
	return 0;
}

static int make_trace(const struct options *options,
		      const struct policy *policy)
{
	struct maker maker = {
		.options = options,
		.picker = { .policy = policy,
			    .random = { options->seed },
			    .noise = options->noise,
			    .corners = CORNERS_USUAL },
	};
	struct trace trace = {
		.header = { .count = options->count, .seed = options->seed },
	};
	int err = 0;

	trace.records = calloc(options->count, sizeof(*trace.records));
	maker.truth = truth_new(policy);
	if (!trace.records || !maker.truth)
		err = -ENOMEM;
	if (!err && options->skew > 0)
		err = picker_zipf(&maker.picker, options->skew);
	if (err)
		fprintf(stderr, "trace: %s\n", strerror(-err));
	if (!err)
		err = make_all(&maker, &trace);
	if (!err)
		err = trace_write(options->output, &trace);
	if (!err && !options->blind)
		printf("%lu frames: %lu dropped, %zu passed, %zu by a rule\n",
		       options->count, options->count - maker.passed,
		       maker.passed, maker.met);
	truth_free(maker.truth);
	free(maker.picker.weights);
	free(trace.records);
	return err;
}

static int read_option(int option, struct options *options)
{
	uint64_t value;
	char *end;

	switch (option) {
	case 'o':
		options->output = optarg;
		return 0;
	case 'n':
		if (number(optarg, COUNT_MAX, &options->count) &&
		    options->count)
			return 0;
		break;
	case 'z':
		options->skew = strtod(optarg, &end);
		if (end != optarg && !*end && options->skew > 0)
			return 0;
		break;
	case 'r':
		if (number(optarg, 100, &value)) {
			options->noise = value;
			return 0;
		}
		break;
	case 's':
		if (number(optarg, UINT64_MAX, &options->seed))
			return 0;
		break;
	case 'O':
		options->only = optarg;
		if (!strcmp(optarg, "drop") || !strcmp(optarg, "pass"))
			return 0;
		break;
	case 'c':
		if (number(optarg, COUNT_MAX, &options->check))
			return 0;
		break;
	case 'b':
		options->blind = true;
		return 0;
	default:
		return 2;
	}
	return usage("not understood", optarg);
}

static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "count", required_argument, NULL, 'n' },
		{ "zipf", required_argument, NULL, 'z' },
		{ "random", required_argument, NULL, 'r' },
		{ "seed", required_argument, NULL, 's' },
		{ "only", required_argument, NULL, 'O' },
		{ "check", required_argument, NULL, 'c' },
		{ "no-truth", no_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option, status;

	while ((option = getopt_long(argc, argv, "o:n:z:r:s:h", longs, NULL)) >=
	       0) {
		if (option == 'h') {
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		}
		status = read_option(option, options);
		if (status)
			return status;
	}
	if (optind + 1 != argc)
		return usage("exactly one policy is needed",
			     argc > optind ? argv[optind + 1] : "");
	if (!options->output)
		return usage("the output file is missing", "-o");
	if (options->blind && (options->only || options->check))
		return usage("without verdicts there is no", "--only, --check");
	options->policy = argv[optind];
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { .count = COUNT_USUAL,
				   .seed = 1,
				   .noise = NOISE_USUAL };
	struct policy policy;
	int status = read_options(argc, argv, &options);
	int err;

	if (status)
		return status;
	err = policy_parse_file(&policy, options.policy, stderr);
	if (err)
		return EXIT_FAILURE;
	err = make_trace(&options, &policy);
	policy_free(&policy);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
