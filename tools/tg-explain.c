// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-explain - runs packets through copies of the programs of an attached chain
 * and prints what each program did. The copies have their own counters and are
 * attached to nothing; packets are run with BPF_PROG_TEST_RUN, so the running
 * chain is not affected.
 */
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "live/chain_run.h"
#include "live/live_answer.h"
#include "live/live_flows.h"
#include "live/live_limits.h"

#define EXIT_USAGE 2
#define EXIT_GONE 3 /* the chain was changed meanwhile */

static const char help[] =
	"Usage: tg-explain --hook HOOK --device DEVICE --programs LIST\n"
	"                  --objects FOLDER --plugins FOLDER [OPTION]... "
	"PACKET\n"
	"\n"
	"Runs a packet through a copy of a chain and prints what happens to "
	"it.\n"
	"\n"
	"      --hook HOOK       xdp, xdp.frags, ingress or egress\n"
	"      --device DEVICE   where the packet is received or sent\n"
	"      --programs LIST   the chain: the gate's id, then SLOT:ID for "
	"each\n"
	"                        slot, with commas between them\n"
	"      --objects FOLDER  objects of the chain, as loaded\n"
	"      --plugins FOLDER  objects of the plugins, as built\n"
	"      --pcap CAPTURE    the packets of a capture; - is standard "
	"input\n"
	"      --interface NAME  only the packets of this interface in a "
	"pcapng\n"
	"                        capture\n"
	"      --batch           packets from standard input, one a "
	"line\n"
	"      --json            one JSON object for each packet\n"
	"      --expand          print lists by value, not by name\n"
	"  -h, --help\n"
	"\n"
	"The exit status is 3 if the chain was changed meanwhile.\n";

/*
 * Twins of the chain. Those that take all packets to be of flows, or not, are
 * made for the first description that says so.
 */
struct live_chain {
	struct twins twins;
	struct chain_run run;
	bool is_started;
};

struct live {
	const char *device, *programs; /* SLOT:ID,... */
	int device_index;
	bool help;

	struct twins twins; /* the options: copied for each chain */
	struct live_chain chains[1 + TG_FLOW_FACTS]; /* by `pretended` */
	struct questions questions;
	struct describe_error
		not_run; /* why the kernel could not run the last packet */
};

static int usage(const char *what)
{
	fprintf(stderr, "tg-explain: %s: see tg-explain --help\n", what);
	return EXIT_USAGE;
}

static bool take_hook(struct twins *twins, const char *word)
{
	twins->section = word;
	twins->multi_buffer = !strcmp(word, "xdp.frags");
	if (twins->multi_buffer || !strcmp(word, "xdp"))
		twins->hook = TG_HOOK_XDP;
	else if (!strcmp(word, "ingress"))
		twins->hook = TG_HOOK_INGRESS;
	else if (!strcmp(word, "egress"))
		twins->hook = TG_HOOK_EGRESS;
	else
		return false;
	return true;
}

static int check_options(const struct live *live)
{
	const struct twins *twins = &live->twins;
	const char *problem = questions_usage(&live->questions);

	if (!twins->section || !live->device || !live->programs ||
	    !twins->objects || !twins->plugins)
		return usage("--hook, --device, --programs, --objects and "
			     "--plugins are needed");
	return problem ? usage(problem) : EXIT_SUCCESS;
}

static int parse_options(struct live *live, int argc, char **argv)
{
	static const struct option options[] = {
		{ "hook", required_argument, NULL, 'k' },
		{ "device", required_argument, NULL, 'd' },
		{ "programs", required_argument, NULL, 'p' },
		{ "objects", required_argument, NULL, 'o' },
		{ "plugins", required_argument, NULL, 'l' },
		{ "pcap", required_argument, NULL, 'c' },
		{ "interface", required_argument, NULL, 'i' },
		{ "batch", no_argument, NULL, 'b' },
		{ "json", no_argument, NULL, 'j' },
		{ "expand", no_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct questions *questions = &live->questions;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'k':
			if (!take_hook(&live->twins, optarg))
				return usage("no such hook");
			break;
		case 'd':
			live->device = optarg;
			break;
		case 'p':
			live->programs = optarg;
			break;
		case 'o':
			live->twins.objects = optarg;
			break;
		case 'l':
			live->twins.plugins = optarg;
			break;
		case 'c':
			questions->capture = optarg;
			break;
		case 'i':
			questions->interface = optarg;
			break;
		case 'b':
			questions->batch = true;
			break;
		case 'j':
			questions->json = true;
			break;
		case 'e':
			live->twins.expand = true;
			break;
		case 'h':
			live->help = true;
			return EXIT_SUCCESS;
		default:
			return EXIT_USAGE;
		}
	}
	questions->words = argv + optind;
	questions->word_count = argc - optind;
	return check_options(live);
}

/* Parses ID,SLOT:ID,... and adds a twin of each program. */
static int add_programs(struct twins *twins, const char *list)
{
	uint32_t slot = TWIN_GATE_SLOT, number;
	char *end;

	for (;; list = end + 1) {
		int err;

		number = strtoul(list, &end, 10);
		if (end == list)
			return twins_refuse(twins, "not a list of programs: %s",
					    list);
		if (*end == ':') {
			slot = number;
			if (slot >= TG_SLOTS)
				return twins_refuse(twins, "not a slot: %u",
						    slot);
			continue;
		}
		err = twins_add(twins, slot, number);
		if (err || !*end)
			return err;
	}
}

static void print_answer(const struct questions *questions,
			 const struct live_answer *answer)
{
	if (questions->json)
		live_answer_print_json(stdout, answer);
	else if (answer->question->error || questions->batch ||
		 questions->capture)
		live_answer_print(stdout, answer);
	else
		live_answer_print_trace(stdout, answer);
}

/* --- the chain that a packet runs through */

static int start_chain(struct live *live, uint32_t pretended)
{
	struct live_chain *chain = &live->chains[pretended];
	int err;

	chain->twins = live->twins;
	chain->twins.pretended = pretended;
	chain->is_started = true;
	err = twins_start(&chain->twins);
	if (!err)
		err = add_programs(&chain->twins, live->programs);
	if (!err)
		err = chain_run_start(&chain->run, &chain->twins,
				      live->device_index);
	return err;
}

static const char *start_problem(const struct live_chain *chain, int err)
{
	if (chain->twins.error.gone)
		return "the chain was changed meanwhile";
	return *chain->twins.error.text ? chain->twins.error.text
					: strerror(-err);
}

/* NULL, with *problem set, if it cannot be made. */
static struct live_chain *choose_chain(struct live *live,
				       const struct question *question,
				       const char **problem)
{
	const struct policy_packet *packet = &question->packet;
	struct live_chain *chain = &live->chains[0];
	uint32_t pretended;
	int err = 0;

	if (!question->is_flow_said || !chain->twins.uses_flows ||
	    !packet->has[POLICY_FLOW])
		return chain;
	pretended = packet->value[POLICY_FLOW].lo + 1;
	chain = &live->chains[pretended];
	if (!chain->is_started)
		err = start_chain(live, pretended);
	if (err)
		*problem = start_problem(chain, err);
	return err ? NULL : chain;
}

/* --- one packet */

static int begin_facts(struct twins *twins)
{
	int err = 0;

	for (size_t i = 0; !err && i < twins->count; i++) {
		if (twins->list[i].flows)
			err = live_flows_begin(twins->list[i].flows);
		if (!err && twins->list[i].limits)
			err = live_limits_begin(twins->list[i].limits);
	}
	return err;
}

/* The last one that looked the packet's flow up says what it is. */
static int end_facts(struct twins *twins, struct policy_packet *packet)
{
	int err = 0;

	for (size_t i = 0; !err && i < twins->count; i++) {
		struct live_flows *flows = twins->list[i].flows;

		if (twins->list[i].limits)
			err = live_limits_end(twins->list[i].limits);
		if (err || !flows)
			continue;
		err = live_flows_end(flows);
		if (!err && flows->has_packet)
			packet->value[POLICY_FLOW].lo = flows->fact;
	}
	return err;
}

/* Runs the packet. Returns the chain's return code, or sets *problem. */
static int run_packet(struct live_chain *chain, struct question *question,
		      const char **problem)
{
	int returned = 0, err = begin_facts(&chain->twins);

	if (!err)
		*problem = chain_run(&chain->run, question->frame,
				     question->frame_size, question->metadata,
				     &returned);
	if (!err && !*problem)
		err = end_facts(&chain->twins, &question->packet);
	if (err)
		*problem = strerror(-err);
	return returned;
}

static void answer(void *command_data, struct question *question)
{
	struct live *live = command_data;
	struct live_chain *chain = NULL;
	const char *problem = NULL;
	struct chain_trace trace;
	struct live_answer answer = {
		.question = question,
		.hook = live->twins.hook,
		.trace = &trace,
	};

	if (!question->error)
		chain = choose_chain(live, question, &problem);
	if (chain)
		answer.returned = run_packet(chain, question, &problem);
	if (problem) {
		snprintf(live->not_run.message, sizeof(live->not_run.message),
			 "%s", problem);
		question->error = &live->not_run;
	}
	if (!question->error)
		chain_trace_read(&trace, &chain->twins);
	print_answer(&live->questions, &answer);
}

static int explain(struct live *live)
{
	struct live_chain *chain = &live->chains[0];
	int err;

	live->device_index = if_nametoindex(live->device);
	err = live->device_index ? start_chain(live, 0) : -ENODEV;
	if (err && !chain->twins.error.gone) {
		fprintf(stderr, "tg-explain: %s%s%s\n",
			*chain->twins.error.text ? "" : live->device,
			*chain->twins.error.text ? "" : ": ",
			start_problem(chain, err));
	}
	if (err)
		return chain->twins.error.gone ? EXIT_GONE : EXIT_FAILURE;
	live->questions.on_xdp = live->twins.hook == TG_HOOK_XDP;
	return questions_ask(&live->questions);
}

static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "tg-explain: cannot write: %s\n", strerror(errno));
	return EXIT_FAILURE;
}

/* Programs and maps are freed by the kernel when the process exits. */
int main(int argc, char **argv)
{
	struct live *live = calloc(1, sizeof(*live));
	int status;

	if (!live) {
		fprintf(stderr, "tg-explain: out of memory\n");
		return EXIT_FAILURE;
	}
	live->questions.command = "tg-explain";
	live->questions.answer = answer;
	live->questions.command_data = live;
	libbpf_set_print(NULL);
	status = parse_options(live, argc, argv);
	if (status == EXIT_SUCCESS && live->help)
		fputs(help, stdout);
	else if (status == EXIT_SUCCESS)
		status = explain(live);
	return finish(status);
}
