// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-policy explain - which rule decides about a packet, and how. The packet
 * comes as a description, in a capture, or in thousands, line by line; nothing
 * is sent, and no kernel is asked.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "explain.h"
#include "hook_limits.h"
#include "read.h"

static const char help[] =
	"Usage: tg-policy explain --policy FILE [OPTION]... PACKET\n"
	"       tg-policy explain --policy FILE [OPTION]... --pcap CAPTURE\n"
	"       tg-policy explain --policy FILE [OPTION]... --batch\n"
	"\n"
	"Says which rule decides about a packet, and how. Nothing is sent.\n"
	"\n"
	"  -p, --policy FILE   the rules\n"
	"      --hook HOOK     xdp, ingress or egress: on xdp a packet has no "
	"mark\n"
	"      --pcap CAPTURE  the packets of a capture; - is standard input\n"
	"      --batch         a packet a line from standard input, an answer "
	"a line\n"
	"      --json          an object a packet\n"
	"  -h, --help\n"
	"\n";

/* One hook, of those that "check" knows as well. */
static int hook_of(const char *text)
{
	for (int hook = 0; hook < TG_HOOKS; hook++) {
		if (!strcmp(text, hook_name(hook)))
			return hook;
	}
	return NO_HOOK;
}

static char *join(char **words, int count)
{
	size_t size = 1;
	char *text, *end;

	for (int i = 0; i < count; i++)
		size += strlen(words[i]) + 1;
	text = calloc(1, size);
	end = text;
	for (int i = 0; text && i < count; i++)
		end += sprintf(end, "%s%s", i ? " " : "", words[i]);
	return text;
}

static int check_options(const struct explain *explain, bool has_packet)
{
	int ways = has_packet + explain->batch + !!explain->capture;
	bool reads_input = explain->batch ||
			   (explain->capture && !strcmp(explain->capture, "-"));

	if (!explain->policy_path)
		return usage_error("explain", "which --policy?");
	if (ways == 0)
		return usage_error("explain", "which packet?");
	if (ways > 1)
		return usage_error("explain",
				   "one of a packet, --pcap and --batch");
	if (reads_input && !strcmp(explain->policy_path, "-"))
		return usage_error("explain",
				   "standard input cannot be both the policy "
				   "and the packets");
	return STATUS_OK;
}

static int parse_options(struct explain *explain, int argc, char **argv)
{
	static const struct option options[] = {
		{ "policy", required_argument, NULL, 'p' },
		{ "hook", required_argument, NULL, 'k' },
		{ "pcap", required_argument, NULL, 'c' },
		{ "batch", no_argument, NULL, 'b' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
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
					   "'%s' is no hook: xdp, ingress or "
					   "egress",
					   optarg);
		case 'c':
			explain->capture = optarg;
			break;
		case 'b':
			explain->batch = true;
			break;
		case 'j':
			explain->json = true;
			break;
		case 'h':
			explain->help = true;
			return STATUS_OK;
		default:
			return STATUS_USAGE;
		}
	}
	explain->packet = join(argv + optind, argc - optind);
	if (!explain->packet)
		return STATUS_FAILED;
	return check_options(explain, optind < argc);
}

/* What the hook cannot do is an error here as it is in "check". */
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
		fprintf(stderr, "tg-policy explain: %s: %s\n",
			explain->policy_path, strerror(-err));
	diagnostics_free(&diagnostics);
	return err;
}

static int run(struct explain *explain)
{
	int status = STATUS_FAILED;

	if (explain->help) {
		fputs(help, stdout);
		fputs(describe_help, stdout);
		return finish_output("explain", STATUS_OK);
	}
	if (read_policy(explain) == 0) {
		if (explain->batch)
			status = explain_batch(explain);
		else if (explain->capture)
			status = explain_capture(explain);
		else
			status = explain_packet(explain);
	}
	policy_free(&explain->policy);
	return finish_output("explain", status);
}

int cmd_explain(int argc, char **argv)
{
	struct explain *explain = calloc(1, sizeof(*explain));
	int status = STATUS_FAILED;

	if (explain) {
		explain->hook = NO_HOOK;
		status = parse_options(explain, argc, argv);
	}
	if (!explain || (status == STATUS_FAILED && !explain->packet))
		fprintf(stderr, "tg-policy explain: out of memory\n");
	if (status == STATUS_OK)
		status = run(explain);
	if (explain)
		free(explain->packet);
	free(explain);
	return status;
}
