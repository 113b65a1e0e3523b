// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-policy explain - print which rule matches a packet, and the verdict. The
 * packets are a description, a capture, or descriptions on standard input. The
 * rules are evaluated in user space; nothing is sent.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/hook_names.h"
#include "policy/command_line.h"
#include "explain.h"
#include "policy/language/check/hook_limits.h"
#include "policy/language/text/read.h"

static const char help[] =
	"Usage: tg-policy explain --policy FILE [OPTION]... PACKET\n"
	"       tg-policy explain --policy FILE [OPTION]... --pcap CAPTURE\n"
	"       tg-policy explain --policy FILE [OPTION]... --batch\n"
	"\n"
	"Prints which rule matches a packet, and the verdict. Nothing is "
	"sent.\n"
	"\n"
	"  -p, --policy FILE   the policy\n"
	"      --hook HOOK     xdp, ingress or egress; on xdp a packet has no "
	"mark\n"
	"      --pcap CAPTURE  the packets of a capture; - is standard input\n"
	"      --interface NAME  only the packets of this interface in a "
	"pcapng "
	"capture\n"
	"      --batch         packets from standard input, one a line\n"
	"      --set NAME=FILE  the entries of a set, one a line; without it, "
	"a set is\n"
	"                      empty\n"
	"      --json          one JSON object for each packet\n"
	"      --expand        print lists by value, not by name\n"
	"  -h, --help\n"
	"\n";

#define NO_HOOK (-1)

struct explain {
	const char *policy_path;
	int hook; /* of enum tg_hook, or NO_HOOK */
	bool help, expand;

	struct policy policy;
	struct set_files sets;
	struct questions questions;
};

/* A single hook, or NO_HOOK. */
static int hook_of(const char *text)
{
	for (int hook = 0; hook < TG_HOOKS; hook++) {
		if (!strcmp(text, hook_name(hook)))
			return hook;
	}
	return NO_HOOK;
}

static int check_options(const struct explain *explain)
{
	const struct questions *questions = &explain->questions;
	const char *problem = questions_usage(questions);
	bool reads_input =
		questions->batch ||
		(questions->capture && !strcmp(questions->capture, "-"));

	if (!explain->policy_path)
		return usage_error("explain", "option --policy is missing");
	if (problem)
		return usage_error("explain", "%s", problem);
	if (reads_input && !strcmp(explain->policy_path, "-"))
		return usage_error("explain",
				   "standard input cannot be both the policy "
				   "and the packets");
	return STATUS_OK;
}

static bool add_set_option(struct explain *explain, const char *option)
{
	struct set_files *sets = &explain->sets;

	if (*option == '=' || !strchr(option, '=')) {
		usage_error("explain", "'%s' is not NAME=FILE", option);
		return false;
	}
	if (sets->option_count == TG_SETS) {
		usage_error("explain", "--set can be given at most %d times",
			    TG_SETS);
		return false;
	}
	sets->options[sets->option_count++] = option;
	return true;
}

static int parse_options(struct explain *explain, int argc, char **argv)
{
	static const struct option options[] = {
		{ "policy", required_argument, NULL, 'p' },
		{ "hook", required_argument, NULL, 'k' },
		{ "pcap", required_argument, NULL, 'c' },
		{ "interface", required_argument, NULL, 'i' },
		{ "batch", no_argument, NULL, 'b' },
		{ "set", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "expand", no_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct questions *questions = &explain->questions;
	int option;

	while ((option = getopt_long(argc, argv, "p:h", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			explain->policy_path = optarg;
			break;
		case 'k':
			explain->hook = hook_of(optarg);
			if (explain->hook != NO_HOOK)
				break;
			return usage_error("explain",
					   "'%s' is not a hook: use xdp, "
					   "ingress or egress",
					   optarg);
		case 'c':
			questions->capture = optarg;
			break;
		case 'i':
			questions->interface = optarg;
			break;
		case 'b':
			questions->batch = true;
			break;
		case 's':
			if (!add_set_option(explain, optarg))
				return STATUS_USAGE;
			break;
		case 'j':
			questions->json = true;
			break;
		case 'e':
			explain->expand = true;
			break;
		case 'h':
			explain->help = true;
			return STATUS_OK;
		default:
			return STATUS_USAGE;
		}
	}
	questions->words = argv + optind;
	questions->word_count = argc - optind;
	return check_options(explain);
}

/* As in "check", what the hook does not support is an error. */
static int read_policy(struct explain *explain)
{
	struct diagnostics diagnostics = { 0 };
	struct read_options options = { 0 };
	int err = policy_read_file(&explain->policy, explain->policy_path,
				   &options, &diagnostics);

	if (!err && explain->hook != NO_HOOK)
		check_hooks(&explain->policy, HOOK_BIT(explain->hook), true,
			    &diagnostics);
	if (diagnostics.counts[SEVERITY_ERROR])
		err = -EINVAL;
	if (err && diagnostics.count)
		diagnostics_print(&diagnostics, explain->policy.sources,
				  stderr);
	else if (err)
		fprintf(stderr, "%s explain: %s: %s\n",
			program_invocation_short_name, explain->policy_path,
			strerror(-err));
	diagnostics_free(&diagnostics);
	return err;
}

static uint64_t boot_time(void)
{
	struct timespec time = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &time);
	return time.tv_sec * UINT64_C(1000000000) + time.tv_nsec;
}

static void answer_question(void *command_data, struct question *question)
{
	struct explain *explain = command_data;
	struct answer answer = {
		.policy = &explain->policy,
		.question = question,
		.expand = explain->expand,
		.sets = &explain->sets,
	};

	if (!question->error) {
		struct match_context context = { .packet = &question->packet,
						 .sets = &explain->sets.sets,
						 .now = boot_time() };

		context.is_over = question->limit == TG_LIMIT_OVER + 1;
		answer.verdict = policy_match(&explain->policy, &context);
	}
	if (explain->questions.json)
		answer_print_json(stdout, &answer);
	else
		answer_print(stdout, &answer);
}

static int run(struct explain *explain)
{
	int status = STATUS_FAILED;

	if (explain->help) {
		fputs(help, stdout);
		fputs(describe_help, stdout);
		return finish_output("explain", STATUS_OK);
	}
	explain->questions.on_xdp = explain->hook == TG_HOOK_XDP;
	if (read_policy(explain) == 0 &&
	    set_files_read(&explain->sets, &explain->policy) == 0) {
		if (explain->expand)
			policy_expand_lists(&explain->policy);
		status = questions_ask(&explain->questions);
	}
	set_files_free(&explain->sets);
	policy_free(&explain->policy);
	return finish_output("explain", status);
}

int cmd_explain(int argc, char **argv)
{
	struct explain *explain = calloc(1, sizeof(*explain));
	int status;

	if (!explain) {
		fprintf(stderr, "%s explain: out of memory\n",
			program_invocation_short_name);
		return STATUS_FAILED;
	}
	explain->hook = NO_HOOK;
	explain->questions.command = "tg-policy explain";
	explain->questions.answer = answer_question;
	explain->questions.command_data = explain;
	status = parse_options(explain, argc, argv);
	if (status == STATUS_OK)
		status = run(explain);
	free(explain);
	return status;
}
