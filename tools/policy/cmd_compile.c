// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-policy compile: write the tables of a policy to a copy of the policy
 * plugin's object. The output is deterministic.
 */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <linux/limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line.h"
#include "policy/compile/compile.h"
#include "policy/language/check/exposure.h"
#include "policy/language/check/hook_limits.h"
#include "policy/compile/emit/object.h"
#include "policy/language/text/read.h"
#include "policy/language/text/source.h"

struct options {
	unsigned int hooks; /* 0: not given */
	bool multi_buffer, quiet, verbose, dump;
	const char *plugin, *output, *path, *name;
};

static enum exit_status parse_options(int argc, char **argv,
				      struct options *options)
{
	static const struct option longs[] = {
		{ "as", required_argument, NULL, 'a' },
		{ "dump", no_argument, NULL, 'd' },
		{ "hook", required_argument, NULL, 'k' },
		{ "multi-buffer", no_argument, NULL, 'm' },
		{ "plugin", required_argument, NULL, 'p' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "output", required_argument, NULL, 'o' },
		{ "verbose", no_argument, NULL, 'v' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "o:qv", longs, NULL)) != -1) {
		switch (option) {
		case 'k':
			options->hooks = hooks_of(optarg);
			if (options->hooks)
				break;
			return usage_error("compile",
					   "'%s' is not a hook: use xdp, "
					   "ingress, egress or all",
					   optarg);
		case 'a':
			options->name = optarg;
			break;
		case 'd':
			options->dump = true;
			break;
		case 'm':
			options->multi_buffer = true;
			break;
		case 'o':
			options->output = optarg;
			break;
		case 'p':
			options->plugin = optarg;
			break;
		case 'q':
			options->quiet = true;
			break;
		case 'v':
			options->verbose = true;
			break;
		default:
			return STATUS_USAGE;
		}
	}
	options->path = only_operand("compile", argc, argv);
	if (options->path && !options->output && !options->dump)
		return usage_error("compile",
				   "'-o OBJECT' or '--dump' is missing");
	return options->path ? STATUS_OK : STATUS_USAGE;
}

/* By default, the plugin's object is in the directory of this program. */
static char *plugin_path(const struct options *options,
			 const struct policy *policy)
{
	bool is_live = policy->set_count || policy_uses_flows(policy) ||
		       policy_limit_count(policy);
	char self[PATH_MAX], *path;
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (options->plugin)
		return strdup(options->plugin);
	if (size < 0)
		return NULL;
	self[size] = '\0';
	/* one that asks sets, flows and limits is larger: only if it is needed
	 */
	if (asprintf(&path, "%s/policy%s%s.o", dirname(self),
		     is_live ? ".live" : "",
		     options->multi_buffer ? ".frags" : "") < 0)
		return NULL;
	return path;
}

static const char *engine_name(uint32_t engine)
{
	return engine == TG_ENGINE_TREE ? "tree" : "rows";
}

static void describe(const struct compiled *compiled)
{
	const struct tg_policy_family *families = compiled->constants.family;

	fprintf(stderr,
		"%u rules, %zu bytes of tables, IPv4 by %s, IPv6 by %s\n",
		compiled->rule_count, compiled->tables.size,
		engine_name(families[TG_FAMILY_IP4].engine),
		engine_name(families[TG_FAMILY_IP6].engine));
}

static int write_object(const struct options *options,
			const struct policy *policy,
			const struct compiled *compiled)
{
	char *plugin = plugin_path(options, policy);
	int err =
		plugin ? object_write(policy, compiled, plugin, options->output)
		       : -ENOMEM;

	free(plugin);
	if (!err && options->verbose)
		describe(compiled);
	return err;
}

/* Prints the warnings of check_exposure(), but not those about single rules. */
static int compile(const struct options *options, struct policy *policy,
		   struct compiled *compiled, struct diagnostics *diagnostics)
{
	struct compile_options compile_options = {
		.dump = options->dump ? stdout : NULL,
	};
	struct read_options read_options = { 0 };
	int err = policy_read_file(policy, options->path, &read_options,
				   diagnostics);

	if (!err && options->name &&
	    !source_rename(policy->sources, 0, options->name))
		err = -ENOMEM;
	if (err)
		return err;
	if (options->hooks)
		check_hooks(policy, options->hooks, true, diagnostics);
	if (diagnostics->counts[SEVERITY_ERROR])
		return -EINVAL;
	if (!options->quiet)
		check_exposure(policy, options->hooks, diagnostics);
	err = policy_compile(policy, &compile_options, compiled, diagnostics);
	if (!err && options->output)
		err = write_object(options, policy, compiled);
	else if (!err && options->verbose)
		describe(compiled);
	compiled_free(compiled);
	return err;
}

/*
 * The compiler often allocates and frees large lists. Do not return them to the
 * kernel, which would zero them again: that takes 10% of the time.
 */
static void keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_TOP_PAD, 16 << 20);
}

int cmd_compile(int argc, char **argv)
{
	struct options options = { 0 };
	struct diagnostics diagnostics = { 0 };
	enum exit_status status = parse_options(argc, argv, &options);
	struct compiled compiled;
	struct policy policy;
	int err;

	if (status)
		return status;
	keep_memory();
	err = compile(&options, &policy, &compiled, &diagnostics);
	if (diagnostics.count)
		diagnostics_print(&diagnostics, policy.sources, stderr);
	if (err == -ENOMEM)
		fprintf(stderr, "%s compile: %s: out of memory\n",
			program_invocation_short_name, options.path);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	return err ? STATUS_FAILED : STATUS_OK;
}
