// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-policy show: print the rules in canonical form, with the numbers that
 * counters and messages use; --expand prints lists by value.
 */
#include <getopt.h>
#include <stdio.h>

#include "command_line.h"
#include "policy/language/parse/policy_parse.h"
#include "policy/language/print/print.h"

static void show_block(const struct policy *policy,
		       const struct policy_block *block, size_t *number)
{
	const char *indent = block->name ? "  " : "";

	if (block->name)
		printf("\nsublist %s {\n", block->name);
	for (size_t i = 0; i < block->count; i++) {
		const struct policy_rule *rule = &block->rules[i];

		printf("%s%4zu  ", indent, ++*number);
		policy_rule_print(stdout, policy, rule);
		printf("  # %s:%u\n", policy_file(policy, rule->place.file),
		       rule->place.line);
	}
	if (block->name)
		puts("}");
}

static void show_default(const struct policy *policy)
{
	const struct policy_place *place = &policy->default_place;

	fputs("      ", stdout);
	policy_default_print(stdout, policy);
	if (place->line)
		printf("  # %s:%u\n", policy_file(policy, place->file),
		       place->line);
	else
		puts("  # not set in the policy");
}

static void show_sent(const struct policy *policy, const char *word,
		      const struct policy_sent_limit *limit)
{
	if (!limit->place.line)
		return;
	fputs("      ", stdout);
	policy_sent_print(stdout, word, limit);
	printf("  # %s:%u\n", policy_file(policy, limit->place.file),
	       limit->place.line);
}

static void show(const struct policy *policy)
{
	size_t number = 0;

	for (size_t i = 0; i < policy->set_count; i++) {
		const struct policy_place *place = &policy->sets[i].place;

		fputs("      ", stdout);
		policy_set_print(stdout, &policy->sets[i]);
		printf("  # %s:%u\n", policy_file(policy, place->file),
		       place->line);
	}
	if (policy->flows.place.line) {
		fputs("      ", stdout);
		policy_flows_print(stdout, &policy->flows);
		printf("  # %s:%u\n",
		       policy_file(policy, policy->flows.place.file),
		       policy->flows.place.line);
	}
	show_sent(policy, "replies", &policy->replies);
	show_sent(policy, "logs", &policy->logs);
	show_block(policy, &policy->blocks[0], &number);
	show_default(policy);
	for (size_t i = 1; i < policy->block_count; i++)
		show_block(policy, &policy->blocks[i], &number);
}

/* "show --file FILE" is the same as "show FILE". */
int cmd_show(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "expand", no_argument, NULL, 'e' },
		{ 0 },
	};
	const char *path = NULL;
	bool expand = false;
	struct policy policy;
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'e')
			expand = true;
		else if (option == 'f')
			path = optarg;
		else
			return STATUS_USAGE;
	}
	if (path && optind < argc)
		return usage_error("show", "unexpected argument '%s'",
				   argv[optind]);
	if (!path)
		path = only_operand("show", argc, argv);
	if (!path)
		return STATUS_USAGE;
	if (policy_parse_file(&policy, path, stderr) < 0)
		return STATUS_FAILED;
	if (expand)
		policy_expand_lists(&policy);
	show(&policy);
	policy_free(&policy);
	return finish_output("show", STATUS_OK);
}
