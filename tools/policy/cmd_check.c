// SPDX-License-Identifier: GPL-2.0-only
/* tg-policy check: report all errors and warnings of a policy. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "policy/language/check/check.h"
#include "command_line.h"
#include "policy/language/check/exposure.h"
#include "policy/language/check/flow_use.h"
#include "policy/language/check/hook_limits.h"
#include "policy/language/check/limit_use.h"
#include "policy/language/check/set_use.h"
#include "policy/language/text/read.h"

struct check_options {
	unsigned int hooks; /* 0: not given; check all, with warnings */
	bool json;
	const char *path;
};

static enum exit_status parse_options(int argc, char **argv,
				      struct check_options *options)
{
	static const struct option longs[] = {
		{ "hook", required_argument, NULL, 'k' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 'j':
			options->json = true;
			break;
		case 'k':
			options->hooks = hooks_of(optarg);
			if (options->hooks)
				break;
			return usage_error("check",
					   "'%s' is not a hook: use xdp, "
					   "ingress, egress or all",
					   optarg);
		default:
			return STATUS_USAGE;
		}
	}
	options->path = only_operand("check", argc, argv);
	return options->path ? STATUS_OK : STATUS_USAGE;
}

static int check(const struct check_options *options, struct policy *policy,
		 struct diagnostics *diagnostics)
{
	struct read_options read_options = { 0 };
	int err = policy_read_file(policy, options->path, &read_options,
				   diagnostics);

	if (err)
		return err;
	err = check_order(policy, diagnostics);
	check_set_use(policy, diagnostics);
	check_flow_use(policy, diagnostics);
	check_limit_use(policy, diagnostics);
	check_hooks(policy, options->hooks ? options->hooks : ALL_HOOKS,
		    options->hooks, diagnostics);
	check_exposure(policy, options->hooks, diagnostics);
	if (diagnostics->counts[SEVERITY_ERROR])
		return -EINVAL;
	return err;
}

int cmd_check(int argc, char **argv)
{
	struct check_options options = { 0 };
	struct diagnostics diagnostics = { 0 };
	enum exit_status status = parse_options(argc, argv, &options);
	struct policy policy;
	int err;

	if (status)
		return status;
	err = check(&options, &policy, &diagnostics);
	if (options.json)
		diagnostics_print_json(&diagnostics, policy.sources, stdout);
	else if (diagnostics.count)
		diagnostics_print(&diagnostics, policy.sources, stderr);
	if (err == -ENOMEM)
		fprintf(stderr, "%s check: %s: out of memory\n",
			program_invocation_short_name, options.path);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	return finish_output("check", err ? STATUS_FAILED : STATUS_OK);
}
