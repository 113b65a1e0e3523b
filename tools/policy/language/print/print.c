// SPDX-License-Identifier: GPL-2.0-only
#include "print.h"

#include <inttypes.h>
#include <linux/if_ether.h>
#include <string.h>

#include "value.h"
#include "policy/language/words.h"

const char *policy_action_word(enum policy_action action)
{
	static const char *const words[] = {
		[POLICY_NEXT] = "next",	    [POLICY_PASS] = "pass",
		[POLICY_ACCEPT] = "accept", [POLICY_DROP] = "drop",
		[POLICY_REJECT] = "reject", [POLICY_JUMP] = "jump",
	};

	return words[action];
}

static void print_device(FILE *out, const char *device)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-";
	bool is_plain = !device[strspn(device, plain)] &&
			strcmp(device, "ingress") != 0;

	fprintf(out, is_plain ? "%s" : "\"%s\"", device);
}

static void print_handle(FILE *out, const char *word, uint32_t value)
{
	if (value > 0xffff)
		fprintf(out, " set %s %x:%x", word, value >> 16,
			value & 0xffff);
	else
		fprintf(out, " set %s %" PRIu32, word, value);
}

static void print_change(FILE *out, const struct policy_change *change)
{
	const char *name;

	switch (change->kind) {
	case POLICY_SET_MARK:
		fputs(" set mark ", out);
		print_masked(out, change->value,
			     change->mask == UINT32_MAX ? UINT64_MAX
							: change->mask);
		break;
	case POLICY_SET_PRIORITY:
		print_handle(out, "priority", change->value);
		break;
	case POLICY_SET_CLASS:
		print_handle(out, "class", change->value);
		break;
	case POLICY_SET_DSCP:
		name = word_name(WORDS_DSCP, change->value);
		if (name)
			fprintf(out, " set dscp %s", name);
		else
			fprintf(out, " set dscp %" PRIu32, change->value);
		break;
	case POLICY_REDIRECT:
		fputs(" redirect to ", out);
		print_device(out, change->device);
		break;
	case POLICY_REDIRECT_INGRESS:
		fputs(" redirect to ingress ", out);
		print_device(out, change->device);
		break;
	case POLICY_MIRROR:
		fputs(" mirror to ", out);
		print_device(out, change->device);
		break;
	}
}

void policy_changes_print(FILE *out, const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->change_count; i++)
		print_change(out, &rule->changes[i]);
}

void policy_rule_print(FILE *out, const struct policy *policy,
		       const struct policy_rule *rule)
{
	static const char *const with[] = {
		[POLICY_REJECT_AUTO] = "",
		[POLICY_REJECT_RESET] = " with reset",
		[POLICY_REJECT_PORT] = " with port",
		[POLICY_REJECT_HOST] = " with host",
		[POLICY_REJECT_ADMIN] = " with admin",
	};

	fputs(policy_action_word(rule->action), out);
	if (rule->action == POLICY_JUMP)
		fprintf(out, " %s", policy->blocks[rule->target].name);
	if (rule->action == POLICY_REJECT)
		fputs(with[rule->reject], out);
	policy_conditions_print(out, rule);
	policy_changes_print(out, rule);
}

static void print_rules(FILE *out, const struct policy *policy,
			const struct policy_block *block, const char *indent)
{
	for (size_t i = 0; i < block->count; i++) {
		fputs(indent, out);
		policy_rule_print(out, policy, &block->rules[i]);
		fputc('\n', out);
	}
}

void policy_print(FILE *out, const struct policy *policy)
{
	if (policy->default_place.line)
		fprintf(out, "default %s\n",
			policy_action_word(policy->default_action));
	print_rules(out, policy, &policy->blocks[0], "");
	for (size_t i = 1; i < policy->block_count; i++) {
		fprintf(out, "sublist %s {\n", policy->blocks[i].name);
		print_rules(out, policy, &policy->blocks[i], "\t");
		fputs("}\n", out);
	}
}
