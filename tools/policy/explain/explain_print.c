// SPDX-License-Identifier: GPL-2.0-only
#include "explain.h"

#include <string.h>

#include "lib/json_print.h"
#include "policy/language/parse/policy_parse.h"
#include "policy/language/print/print.h"
#include "policy/language/text/source.h"

#define RULE_SHOWN_MAX 200 /* bytes: a list in a rule may go on for pages */

static const char *const reject_names[] = {
	[POLICY_REJECT_AUTO] = "auto",	 [POLICY_REJECT_RESET] = "reset",
	[POLICY_REJECT_PORT] = "port",	 [POLICY_REJECT_HOST] = "host",
	[POLICY_REJECT_ADMIN] = "admin",
};

static const char *const change_names[] = {
	[POLICY_SET_MARK] = "mark",
	[POLICY_SET_PRIORITY] = "priority",
	[POLICY_SET_CLASS] = "class",
	[POLICY_SET_DSCP] = "dscp",
	[POLICY_REDIRECT] = "redirect",
	[POLICY_REDIRECT_INGRESS] = "redirect-ingress",
	[POLICY_MIRROR] = "mirror",
};

/* --- the text of a rule */

struct excerpt {
	char text[RULE_SHOWN_MAX + 8];
	size_t size;
	int depth; /* of braces that are open */
	bool blank;
};

static void add_line(struct excerpt *excerpt, const char *line, size_t length)
{
	for (size_t i = 0; i < length && line[i] != '#'; i++) {
		bool blank =
			line[i] == ' ' || line[i] == '\t' || line[i] == '\r';

		if (!blank && excerpt->size < RULE_SHOWN_MAX) {
			if (excerpt->blank && excerpt->size)
				excerpt->text[excerpt->size++] = ' ';
			excerpt->text[excerpt->size++] = line[i];
		}
		excerpt->blank = blank;
		excerpt->depth += (line[i] == '{') - (line[i] == '}');
	}
	excerpt->blank = true;
}

static void take_source(struct excerpt *excerpt, const struct policy *policy,
			struct policy_place place)
{
	struct source *source = &policy->sources->list[place.file];
	size_t number = place.line, length;
	const char *line = source_line(source, number, &length);

	excerpt->size = 0;
	excerpt->depth = 0;
	excerpt->blank = false;
	while (line) {
		add_line(excerpt, line, length);
		if (excerpt->depth <= 0 || excerpt->size >= RULE_SHOWN_MAX)
			break;
		line = source_line(source, ++number, &length);
	}
	if (excerpt->size >= RULE_SHOWN_MAX) {
		memcpy(excerpt->text + RULE_SHOWN_MAX, " ...", 4);
		excerpt->size = RULE_SHOWN_MAX + 4;
	}
}

/* --- for people */

static const struct policy_block *block_of(const struct policy *policy,
					   const struct policy_rule *rule)
{
	for (size_t i = 1; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		if (rule >= block->rules && rule < block->rules + block->count)
			return block;
	}
	return NULL;
}

static void print_place(FILE *out, const struct policy *policy,
			struct policy_place place)
{
	struct excerpt excerpt;

	take_source(&excerpt, policy, place);
	fprintf(out, "%s:%u: ", policy_file(policy, place.file), place.line);
	print_for_terminal(out, excerpt.text, excerpt.size);
}

static void print_verdict(FILE *out, const struct answer *answer)
{
	const struct policy *policy = answer->policy;
	const struct policy_rule *rule = answer->verdict.rule;
	const struct policy_block *block;

	fprintf(out, "%s: %s", policy_action_word(answer->verdict.action),
		answer->question->packet.malformed ? "malformed: " : "");
	if (!rule) {
		fputs("no rule matches", out);
		if (policy->default_place.line) {
			fputs(": ", out);
			print_place(out, policy, policy->default_place);
		}
		return;
	}
	print_place(out, policy, rule->place);
	block = block_of(policy, rule);
	if (block)
		fprintf(out, " (sublist %s)", block->name);
}

void answer_print(FILE *out, const struct answer *answer)
{
	question_print(out, answer->question);
	if (!answer->question->error)
		print_verdict(out, answer);
	putc('\n', out);
}

/* --- for programs */

static void json_change(FILE *out, const struct policy_change *change)
{
	fprintf(out, "{\"%s\": ", change_names[change->kind]);
	switch (change->kind) {
	case POLICY_SET_MARK:
		fprintf(out, "%u, \"mask\": %u}", change->value, change->mask);
		return;
	case POLICY_SET_PRIORITY:
	case POLICY_SET_CLASS:
	case POLICY_SET_DSCP:
		fprintf(out, "%u}", change->value);
		return;
	case POLICY_REDIRECT:
	case POLICY_REDIRECT_INGRESS:
	case POLICY_MIRROR:
		json_print(out, change->device, strlen(change->device));
		putc('}', out);
		return;
	}
}

static void json_rule(FILE *out, const struct answer *answer)
{
	const struct policy *policy = answer->policy;
	const struct policy_rule *rule = answer->verdict.rule;
	const struct policy_block *block = block_of(policy, rule);
	struct excerpt excerpt;

	json_print_member(out, "file", policy_file(policy, rule->place.file));
	fprintf(out, ", \"line\": %u, \"rule\": ", rule->place.line);
	take_source(&excerpt, policy, rule->place);
	json_print(out, excerpt.text, excerpt.size);
	json_print_member(out, "sublist", block ? block->name : NULL);
	if (rule->action == POLICY_REJECT)
		json_print_member(out, "with", reject_names[rule->reject]);
	fputs(", \"changes\": [", out);
	for (size_t i = 0; i < rule->change_count; i++) {
		fputs(i ? ", " : "", out);
		json_change(out, &rule->changes[i]);
	}
	putc(']', out);
}

static void json_verdict(FILE *out, const struct answer *answer)
{
	const struct policy_rule *rule = answer->verdict.rule;

	json_print_member(out, "verdict",
			  policy_action_word(answer->verdict.action));
	json_print_member(out, "reason",
			  answer->question->packet.malformed ? "malformed"
			  : rule			     ? "rule"
							     : "default");
	json_print_member(out, "plugin", "policy");
	if (rule)
		json_rule(out, answer);
	else
		fputs(", \"file\": null, \"line\": null, \"rule\": null, "
		      "\"sublist\": null, \"changes\": []",
		      out);
}

void answer_print_json(FILE *out, const struct answer *answer)
{
	question_print_json(out, answer->question);
	if (!answer->question->error)
		json_verdict(out, answer);
	fputs("}\n", out);
}
