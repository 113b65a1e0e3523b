// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2

static const char help[] =
	"Usage: tg-top [OPTION...] [DEVICE]\n"
	"\n"
	"Shows the rates of the device's chains, or of all devices' in the "
	"current\n"
	"network namespace, until it gets a signal.\n"
	"\n"
	"      --interval SECONDS  between two samples; 0.1 to 3600\n"
	"      --count N           end after N samples\n"
	"      --view NAME         hooks, plugins, rules, reasons, talkers, "
	"tables\n"
	"      --sort NAME         packets, bits, total, name\n"
	"      --filter TEXT       rows that have this text\n"
	"      --talkers           gather talkers from the start\n"
	"      --sample N          of one of N packets\n"
	"      --tailgate FILE     the command that captures\n"
	"      --lines             lines, also on a terminal\n"
	"  -j, --json              an object for each sample\n"
	"  -h, --help\n";

const char *top_view_name(int view)
{
	return view < TOP_KINDS ? top_kind_name(view) : "tables";
}

static int usage(const char *what, const char *value)
{
	fprintf(stderr, "tailgate: %s '%s': see 'tailgate top --help'\n", what,
		value);
	return EXIT_USAGE;
}

static bool take_number(const char *text, uint64_t max, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno &&
	       *number >= 1 && *number <= max;
}

static bool take_interval(const char *text, uint64_t *interval)
{
	char *end;
	double seconds = strtod(text, &end);

	if (*text < '0' || *text > '9' ||
	    strspn(text, "0123456789.") != strlen(text) || *end ||
	    seconds < 0.1 || seconds > 3600)
		return false;
	*interval = seconds * SECOND_NS;
	return true;
}

static bool take_view(const char *text, int *view)
{
	for (*view = 0; *view < TOP_VIEWS; ++*view) {
		if (!strcmp(text, top_view_name(*view)))
			return true;
	}
	return false;
}

static bool take_sort(const char *text, enum top_sort *sort)
{
	for (int i = 0; i < TOP_SORTS; i++) {
		*sort = i;
		if (!strcmp(text, top_sort_name(i)))
			return true;
	}
	return false;
}

static int take_option(struct top_options *options, int option)
{
	uint64_t number;

	switch (option) {
	case 'i':
		return take_interval(optarg, &options->interval)
			       ? 0
			       : usage("--interval takes 0.1 to 3600 seconds, "
				       "not",
				       optarg);
	case 'c':
		return take_number(optarg, UINT64_MAX, &options->count)
			       ? 0
			       : usage("--count takes a number of samples, not",
				       optarg);
	case 'v':
		return take_view(optarg, &options->view)
			       ? 0
			       : usage("--view takes hooks, plugins, rules, "
				       "reasons, talkers or tables, not",
				       optarg);
	case 's':
		return take_sort(optarg, &options->sort)
			       ? 0
			       : usage("--sort takes packets, bits, total or "
				       "name, not",
				       optarg);
	case 'S':
		if (!take_number(optarg, 1000000000, &number))
			return usage("--sample takes 1/N, not", optarg);
		options->sample = number;
		return 0;
	}
	return EXIT_USAGE;
}

int options_parse(struct top_options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'c' },
		{ "view", required_argument, NULL, 'v' },
		{ "sort", required_argument, NULL, 's' },
		{ "filter", required_argument, NULL, 'f' },
		{ "talkers", no_argument, NULL, 't' },
		{ "sample", required_argument, NULL, 'S' },
		{ "tailgate", required_argument, NULL, 'T' },
		{ "lines", no_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option, err = 0;

	while (!err &&
	       (option = getopt_long(argc, argv, "jh", names, NULL)) >= 0) {
		switch (option) {
		case 'f':
			options->filter = optarg;
			break;
		case 't':
			options->talkers = true;
			break;
		case 'T':
			options->tailgate = optarg;
			break;
		case 'l':
			options->lines = true;
			break;
		case 'j':
			options->json = true;
			break;
		case 'h':
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		default:
			err = take_option(options, option);
		}
	}
	if (!err && argc > optind + 1)
		err = usage("one device: not understood:", argv[optind + 1]);
	options->device = argv[optind];
	options->lines |= options->count != 0;
	return err;
}
