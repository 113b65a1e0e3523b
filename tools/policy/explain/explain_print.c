// SPDX-License-Identifier: GPL-2.0-only
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "explain_changes.h"
#include "explain_flows.h"
#include "explain_limits.h"
#include "explain_sets.h"
#include "lib/json_print.h"
#include "policy/language/parse/policy_parse.h"
#include "policy/language/print/print.h"
#include "policy/language/text/source.h"

#define RULE_SHOWN_MAX 200 /* bytes; a set in a rule can be very long */

static const char *const reject_names[] = {
	[POLICY_REJECT_AUTO] = "auto",	 [POLICY_REJECT_RESET] = "reset",
	[POLICY_REJECT_PORT] = "port",	 [POLICY_REJECT_HOST] = "host",
	[POLICY_REJECT_ADMIN] = "admin",
};

/* --- the text of a rule */

struct excerpt {
	char text[RULE_SHOWN_MAX + 8];
	size_t size;
	int depth; /* number of open braces */
	bool blank;
};

static void excerpt_add(struct excerpt *excerpt, const char *line,
			size_t length)
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

static void excerpt_rule(struct excerpt *excerpt, const struct policy *policy,
			 struct policy_place place)
{
	struct source *source = &policy->sources->list[place.file];
	size_t number = place.line, length;
	const char *line = source_line(source, number, &length);

	excerpt->size = 0;
	excerpt->depth = 0;
	excerpt->blank = false;
	while (line) {
		excerpt_add(excerpt, line, length);
		if (excerpt->depth <= 0 || excerpt->size >= RULE_SHOWN_MAX)
			break;
		line = source_line(source, ++number, &length);
	}
	if (excerpt->size >= RULE_SHOWN_MAX) {
		memcpy(excerpt->text + RULE_SHOWN_MAX, " ...", 4);
		excerpt->size = RULE_SHOWN_MAX + 4;
	}
}

/* --- as text */

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

/* NULL: out of memory. */
static char *expanded_text(const struct answer *answer)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	policy_rule_print(out, answer->policy, answer->verdict.rule);
	fclose(out);
	return text;
}

static void print_place(FILE *out, const struct policy *policy,
			struct policy_place place)
{
	struct excerpt excerpt;

	excerpt_rule(&excerpt, policy, place);
	fprintf(out, "%s:%u: ", policy_file(policy, place.file), place.line);
	print_for_terminal(out, excerpt.text, excerpt.size);
}

static void print_rule(FILE *out, const struct answer *answer)
{
	struct policy_place place = answer->verdict.rule->place;
	char *text;

	if (!answer->expand) {
		print_place(out, answer->policy, place);
		return;
	}
	text = expanded_text(answer);
	fprintf(out, "%s:%u: ", policy_file(answer->policy, place.file),
		place.line);
	if (text)
		print_for_terminal(out, text, strlen(text));
	free(text);
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
	print_rule(out, answer);
	block = block_of(policy, rule);
	if (block)
		fprintf(out, " (sublist %s)", block->name);
}

/* --- named sets */

static bool is_empty(const struct answer *answer, const struct policy_set *set)
{
	return !answer->sets->files[set->number].path;
}

static struct set_membership find_in_files(void *context,
					   const struct policy_set *set,
					   const struct tg_set_key *key)
{
	return set_files_find(context, set, key);
}

static struct asking_rule asking_rule(const struct answer *answer)
{
	return (struct asking_rule){
		.rule = answer->verdict.rule,
		.packet = &answer->question->packet,
		.find = find_in_files,
		.context = answer->sets,
	};
}

static void print_sets(FILE *out, const struct answer *answer)
{
	const struct policy *policy = answer->policy;
	const struct asking_rule asking = asking_rule(answer);
	const char *before = "; empty without --set: ";

	if (asking.rule) {
		rule_sets_print(out, &asking);
		set_changes_print(out, answer->verdict.act, asking.packet);
	}
	for (size_t i = 0; i < policy->set_count; i++) {
		if (!is_empty(answer, &policy->sets[i]))
			continue;
		fprintf(out, "%s@%s", before, policy->sets[i].name);
		before = ", ";
	}
}

static void add_sets(json_t *object, const struct answer *answer)
{
	const struct policy *policy = answer->policy;
	const struct asking_rule asking = asking_rule(answer);
	json_t *empty = json_array();

	for (size_t i = 0; i < policy->set_count; i++) {
		if (is_empty(answer, &policy->sets[i]))
			add_json_item(empty, json_string(policy->sets[i].name));
	}
	add_json_members(object,
			 json_pack("{s:o, s:o}", "sets",
				   asking.rule ? rule_sets_to_json(&asking)
					       : json_array(),
				   "empty_sets", empty));
}

/* --- flows */

static enum policy_keep kept(const struct answer *answer)
{
	const struct policy_rule *act = answer->verdict.act;

	return act ? act->keep : answer->policy->default_keep;
}

static void print_flow(FILE *out, const struct answer *answer)
{
	const struct question *question = answer->question;

	if (!policy_uses_flows(answer->policy))
		return;
	if (!question->is_flow_said)
		flow_assumed_print(out, &question->packet);
	flow_keep_print(out, kept(answer), &question->packet);
}

static void add_flow(json_t *object, const struct answer *answer)
{
	const struct question *question = answer->question;

	if (!policy_uses_flows(answer->policy))
		return;
	add_json_members(object, json_pack("{s:s?, s:b}", "flow",
					   flow_fact_name(&question->packet),
					   "assumed", !question->is_flow_said));
}

/* --- limits */

static void add_limit(json_t *object, const struct answer *answer)
{
	const struct policy_verdict *verdict = &answer->verdict;
	bool has_limit = verdict->rule && verdict->rule->limit;
	const char *side = verdict->is_over ? "over" : "within";

	if (!policy_limit_count(answer->policy))
		return;
	add_json_members(object, json_pack("{s:o, s:s?}", "limit",
					   limit_to_json(verdict->rule),
					   "limited", has_limit ? side : NULL));
}

/* --- an answer as text */

void answer_print(FILE *out, const struct answer *answer)
{
	question_print(out, answer->question);
	if (!answer->question->error) {
		print_verdict(out, answer);
		limit_side_print(out, answer->verdict.rule,
				 answer->verdict.is_over);
		print_flow(out, answer);
		print_sets(out, answer);
		if (answer->verdict.act)
			rule_log_print(out, answer->verdict.act);
	}
	putc('\n', out);
}

/* --- as JSON */

static json_t *text_of_rule(const struct answer *answer)
{
	struct excerpt excerpt;
	json_t *value;
	char *text;

	if (!answer->expand) {
		excerpt_rule(&excerpt, answer->policy,
			     answer->verdict.rule->place);
		return text_to_json(excerpt.text, excerpt.size);
	}
	text = expanded_text(answer);
	value = string_to_json(text);
	free(text);
	return value;
}

static void add_rule(json_t *object, const struct answer *answer)
{
	const struct policy *policy = answer->policy;
	const struct policy_rule *rule = answer->verdict.rule;
	const struct policy_rule *act = answer->verdict.act;
	const struct policy_block *block = block_of(policy, rule);

	add_json_members(
		object,
		json_pack("{s:o, s:I, s:o, s:o}", "file",
			  string_to_json(policy_file(policy, rule->place.file)),
			  "line", (json_int_t)rule->place.line, "rule",
			  text_of_rule(answer), "sublist",
			  string_to_json(block ? block->name : NULL)));
	if (act->action == POLICY_REJECT)
		add_json_members(object, json_pack("{s:s}", "with",
						   reject_names[act->reject]));
	add_json_members(
		object,
		json_pack("{s:o}", "changes",
			  changes_to_json(act, &answer->question->packet)));
}

static void add_default(json_t *object, const struct answer *answer)
{
	enum policy_keep keep = answer->policy->default_keep;
	json_t *changes = json_array();

	if (keep)
		add_json_item(
			changes,
			flow_keep_to_json(keep, &answer->question->packet));
	add_json_members(object,
			 json_pack("{s:n, s:n, s:n, s:n, s:o}", "file", "line",
				   "rule", "sublist", "changes", changes));
}

static void add_verdict(json_t *object, const struct answer *answer)
{
	const struct policy_rule *rule = answer->verdict.rule;
	const char *reason = answer->question->packet.malformed ? "malformed"
			     : answer->verdict.is_over		? "over-limit"
			     : rule				? "rule"
								: "default";

	add_json_members(object,
			 json_pack("{s:s, s:s, s:s}", "verdict",
				   policy_action_word(answer->verdict.action),
				   "reason", reason, "plugin", "policy"));
	if (rule)
		add_rule(object, answer);
	else
		add_default(object, answer);
}

void answer_print_json(FILE *out, const struct answer *answer)
{
	json_t *object = question_to_json(answer->question);

	if (!answer->question->error) {
		add_verdict(object, answer);
		add_limit(object, answer);
		add_flow(object, answer);
		if (answer->policy->set_count)
			add_sets(object, answer);
	}
	print_json(out, object, 0);
}
