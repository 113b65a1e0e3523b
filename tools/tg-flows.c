// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-flows - makes, reads and changes the table of flows that policies ask: a
 * pinned map, which it reads and writes through mmap. docs/flows.md has the
 * picture.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flows/commands.h"

static const char help[] =
	"Usage: tg-flows prepare PIN [--flows N]\n"
	"       tg-flows list PIN [FILTER...] [--json] [--count] [--watch]\n"
	"       tg-flows del PIN FILTER...|--all\n"
	"       tg-flows save PIN\n"
	"       tg-flows load PIN FILE|-\n"
	"       tg-flows adopt PIN DEVICE\n"
	"\n"
	"PIN is the pinned table of flows. `prepare` makes it for N flows, 64 "
	"to\n"
	"16000000 (131072), of 79 bytes each; one that is there stays as it "
	"is.\n"
	"`save` prints all flows, and `load` adds those of a FILE. `adopt` "
	"adds\n"
	"those of sockets that exist and whose packets may pass the DEVICE.\n"
	"\n"
	"FILTER: tcp, udp, icmp or another protocol; from ADDRESS[/N], to\n"
	"ADDRESS[/N] (from the sender of the first packet, to its receiver);\n"
	"port N (of either end); state NAME; vlan N. All have to apply.\n"
	"\n"
	"      --flows N\n"
	"      --all    delete all flows\n"
	"      --count  count them by state\n"
	"      --watch  print what changes: + added, ~ another state, - gone\n"
	"  -j, --json\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 usage.\n";

enum long_option {
	OPTION_FLOWS = 256,
	OPTION_ALL,
	OPTION_COUNT,
	OPTION_WATCH,
};

/* Words behind the pin, and which options a verb takes. */
static const struct verb {
	const char *name;
	int min, max; /* words */
	bool takes_flows, takes_list, takes_all;
	int (*run)(const struct flow_command *command);
} verbs[] = {
	{ "prepare", 0, 0, .takes_flows = true, .run = flow_cmd_prepare },
	{ "list", 0, 1 << 30, .takes_list = true, .run = flow_cmd_list },
	{ "del", 0, 1 << 30, .takes_all = true, .run = flow_cmd_del },
	{ "save", 0, 0, .run = flow_cmd_save },
	{ "load", 1, 1, .run = flow_cmd_load },
	{ "adopt", 1, 1, .run = flow_cmd_adopt },
};

static int usage(const char *what, const char *word)
{
	fprintf(stderr, "%s: %s '%s': see '%s --help'\n",
		program_invocation_short_name, what, word,
		program_invocation_short_name);
	return FLOW_USAGE;
}

static bool read_flows(const char *text, uint32_t *flows)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	*flows = number;
	return *text >= '0' && *text <= '9' && !*end && number >= FLOWS_MIN &&
	       number <= FLOWS_MAX;
}

static int run_verb(const struct verb *verb, const struct flow_command *command)
{
	if (command->count < verb->min || command->count > verb->max)
		return usage("wrong number of words after", verb->name);
	if ((command->flows && !verb->takes_flows) ||
	    (command->is_all && !verb->takes_all) ||
	    ((command->is_json || command->is_watch || command->is_count) &&
	     !verb->takes_list))
		return usage("an option is not one of", verb->name);
	if (command->is_watch && command->is_count)
		return usage("--watch and --count do not go together:",
			     verb->name);
	return verb->run(command);
}

static int run(struct flow_command *command, char **words, int count)
{
	if (count < 2)
		return usage("a verb and a PIN are needed, not",
			     count ? *words : "");
	command->verb = words[0];
	command->pin = words[1];
	command->words = words + 2;
	command->count = count - 2;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(verbs[i].name, command->verb))
			return run_verb(&verbs[i], command);
	return usage("no such verb:", command->verb);
}

/* Fails if the output could not be written: half a list must not pass for one.
 */
static int flush_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "%s: standard output: %s\n",
		program_invocation_short_name, strerror(errno));
	return FLOW_FAILED;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "flows", required_argument, NULL, OPTION_FLOWS },
		{ "all", no_argument, NULL, OPTION_ALL },
		{ "count", no_argument, NULL, OPTION_COUNT },
		{ "watch", no_argument, NULL, OPTION_WATCH },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct flow_command command = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) >= 0) {
		switch (option) {
		case OPTION_FLOWS:
			if (!read_flows(optarg, &command.flows))
				return usage("--flows takes a number of 64 to "
					     "16000000, not",
					     optarg);
			break;
		case OPTION_ALL:
			command.is_all = true;
			break;
		case OPTION_COUNT:
			command.is_count = true;
			break;
		case OPTION_WATCH:
			command.is_watch = true;
			break;
		case 'j':
			command.is_json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return FLOW_DONE;
		default:
			return FLOW_USAGE;
		}
	}
	return flush_output(run(&command, argv + optind, argc - optind));
}
