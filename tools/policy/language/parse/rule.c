// SPDX-License-Identifier: GPL-2.0-only
/* A rule: an action, clauses in any order, and the block it is added to. */
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"
#include "parser.h"

static void free_conditions(struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		struct policy_condition *condition = &rule->conditions[i];
		struct policy_condition *half = condition->either_family;

		if (!condition->borrowed)
			free(condition->ranges);
		if (half && !half->borrowed)
			free(half->ranges);
		free(half);
	}
	rule->condition_count = 0;
}

void rule_state_free(struct rule_state *state)
{
	free_conditions(&state->rule);
	free(state->rule.conditions);
	free(state->rule.changes);
	free(state->limit.over.changes);
	free(state->places);
}

struct policy_condition *add_condition(struct parser *parser,
				       enum policy_field field,
				       struct policy_place place)
{
	struct rule_state *state = &parser->rule;
	size_t count = state->rule.condition_count;

	if (count == POLICY_CLAUSES_MAX) {
		fail_at(parser, place, "a rule can have at most %d conditions",
			POLICY_CLAUSES_MAX);
		return NULL;
	}
	if (!vec_reserve(state->rule.conditions, state->condition_room,
			 count + 1) ||
	    !vec_reserve(state->places, state->place_room, count + 1)) {
		out_of_memory(parser);
		return NULL;
	}
	state->places[count] = place;
	state->rule.conditions[count] = (struct policy_condition){
		.field = field,
		.mask = UINT64_MAX,
	};
	state->rule.condition_count++;
	return &state->rule.conditions[count];
}

struct policy_condition *add_value(struct parser *parser,
				   enum policy_field field, uint64_t first,
				   uint64_t last, struct policy_place place)
{
	struct policy_condition *condition =
		add_condition(parser, field, place);

	if (!condition)
		return NULL;
	condition->ranges = malloc(sizeof(*condition->ranges));
	if (!condition->ranges) {
		out_of_memory(parser);
		return NULL;
	}
	condition->ranges[0] =
		(struct policy_range){ { 0, first }, { 0, last } };
	condition->count = 1;
	return condition;
}

bool parse_with(struct parser *parser)
{
	static const struct {
		const char *word;
		enum policy_reject reject;
	} kinds[] = {
		{ "reset", POLICY_REJECT_RESET },
		{ "port", POLICY_REJECT_PORT },
		{ "host", POLICY_REJECT_HOST },
		{ "admin", POLICY_REJECT_ADMIN },
	};
	struct suggestion suggestion;

	if (!accept_word(parser, "with"))
		return true;
	suggestion = suggest_for(parser->token.text, parser->token.length);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (accept_word(parser, kinds[i].word)) {
			parser->rule.acting->reject = kinds[i].reject;
			return true;
		}
		suggest(&suggestion, kinds[i].word, strlen(kinds[i].word));
	}
	fail_expected(parser, "'reset', 'port', 'host' or 'admin'");
	hint_word(parser, &suggestion);
	return false;
}

static bool parse_target(struct parser *parser)
{
	struct policy_rule *rule = &parser->rule.rule;
	struct block_state *state;
	struct token name;

	if (!parse_name(parser, "the name of a sub-list", &name) ||
	    !block_named(parser, &name, &rule->target))
		return false;
	state = &parser->blocks[rule->target];
	if (!state->used.line)
		state->used = name.place;
	return true;
}

static bool fail_clause(struct parser *parser)
{
	const struct token *token = &parser->token;
	enum policy_action action;

	if (is_reserved(token))
		return fail_reserved(parser, token);
	if (is_action(token, &action))
		return fail_at(parser, token->place,
			       "a rule has one action: '%.*s' is a second one",
			       (int)token->length, token->text);
	if (token->kind == TOKEN_WORD)
		fail_at(parser, token->place,
			"unknown condition or change '%.*s'",
			(int)(token->length < 40 ? token->length : 40),
			token->text);
	else
		fail_expected(parser, "a condition or a change");
	if (token->kind == TOKEN_WORD &&
	    list_named(parser, token->text, token->length))
		report_hint(parser->diagnostics,
			    "a list needs a field before it: 'from %.*s'",
			    (int)token->length, token->text);
	else if (is_set_name(token))
		report_hint(parser->diagnostics,
			    "a set follows 'from' or 'to', with 'port' or "
			    "'mac' if it holds those");
	else if (!hint_limit_word(parser) && !hint_instead(parser))
		hint_clause(parser, token);
	return false;
}

static bool fail_condition_of_over(struct parser *parser)
{
	fail_at(parser, parser->token.place,
		"what follows 'else' has no conditions");
	report_hint(parser->diagnostics,
		    "the conditions of the rule go before its 'limit'");
	return false;
}

static bool parse_clauses(struct parser *parser)
{
	const struct rule_state *state = &parser->rule;

	while (!is_line_end(parser)) {
		struct token token = parser->token;
		struct match_clause match = match_clause(&token);
		parse_clause *change =
			match.word ? NULL : change_clause(&token);
		bool is_flow_set = starts_flow_set(parser);

		if (state->acting != &state->rule &&
		    (match.word || is_flow_set))
			return fail_condition_of_over(parser);
		if (is_flow_set) {
			if (!parse_flow_set(parser, token.place))
				return false;
			continue;
		}
		if (!match.word && !change)
			return fail_clause(parser);
		advance(parser);
		if (match.word ? !parse_match(parser, &match, token.place)
			       : !change(parser, token.place))
			return false;
	}
	return true;
}

static bool is_same_condition(const struct policy_condition *a,
			      const struct policy_condition *b)
{
	if (a->field != b->field || a->negated != b->negated ||
	    a->set != b->set || a->mask != b->mask || a->count != b->count ||
	    !a->either_family != !b->either_family)
		return false;
	if (a->ranges != b->ranges && a->count > POLICY_COMPARED_MAX)
		return false;
	if (a->count &&
	    memcmp(a->ranges, b->ranges, a->count * sizeof(*a->ranges)) != 0)
		return false;
	return !a->either_family ||
	       is_same_condition(a->either_family, b->either_family);
}

/*
 * Sort the conditions by field, and remove duplicates. An insertion sort is
 * enough: there are few conditions, and they are nearly sorted.
 */
static void sort_conditions(struct policy_rule *rule)
{
	struct policy_condition *list = rule->conditions;
	size_t count = 0;

	for (size_t i = 0; i < rule->condition_count; i++) {
		struct policy_condition one = list[i];
		bool is_new = true;
		size_t at = count;

		for (size_t j = 0; j < count && is_new; j++)
			is_new = !is_same_condition(&list[j], &one);
		if (!is_new) {
			struct policy_rule rest = { .conditions = &one,
						    .condition_count = 1 };
			free_conditions(&rest);
			continue;
		}
		for (; at > 0 && list[at - 1].field > one.field; at--)
			list[at] = list[at - 1];
		list[at] = one;
		count++;
	}
	rule->condition_count = count;
}

static struct policy_rule *new_rule(struct parser *parser)
{
	struct policy_block *block = &parser->policy->blocks[parser->block];
	struct block_state *state = &parser->blocks[parser->block];

	if (parser->rule_count == POLICY_RULES_MAX) {
		fail_limit(parser, "rules in a policy", POLICY_RULES_MAX);
		return NULL;
	}
	if (!vec_reserve(block->rules, state->room, block->count + 1)) {
		out_of_memory(parser);
		return NULL;
	}
	parser->rule_count++;
	return &block->rules[block->count];
}

/* Returns false when out of memory; *copy is NULL then. */
static bool copy_array(void **copy, const void *array, size_t size)
{
	*copy = size ? malloc(size) : NULL;
	if (*copy)
		memcpy(*copy, array, size);
	return *copy || !size;
}

static bool copy_limit(struct policy_limit **copy,
		       const struct policy_limit *limit)
{
	const struct policy_rule *over = &limit->over;
	void *changes;

	*copy = NULL;
	if (!copy_array(&changes, over->changes,
			over->change_count * sizeof(*over->changes)))
		return false;
	if (!copy_array((void **)copy, limit, sizeof(*limit))) {
		free(changes);
		return false;
	}
	(*copy)->over.changes = changes;
	return true;
}

static bool keep_rule(struct parser *parser)
{
	struct policy_rule *read = &parser->rule.rule;
	struct policy_rule *rule = new_rule(parser);
	struct policy_limit *limit = NULL;
	void *conditions, *changes;

	if (!rule || (read->limit && !copy_limit(&limit, read->limit)))
		return rule && out_of_memory(parser);
	if (!copy_array(&conditions, read->conditions,
			read->condition_count * sizeof(*read->conditions)) ||
	    !copy_array(&changes, read->changes,
			read->change_count * sizeof(*read->changes))) {
		free(conditions);
		if (limit)
			free(limit->over.changes);
		free(limit);
		return out_of_memory(parser);
	}
	parser->limit_count += limit != NULL;
	*rule = *read;
	rule->limit = limit;
	rule->conditions = conditions;
	rule->changes = changes;
	read->condition_count = 0; /* the rule owns them now */
	parser->policy->blocks[parser->block].count++;
	return true;
}

static void start_rule(struct parser *parser)
{
	struct rule_state *state = &parser->rule;

	free_conditions(&state->rule);
	state->rule = (struct policy_rule){
		.conditions = state->rule.conditions,
		.changes = state->rule.changes,
		.place = parser->token.place,
	};
	state->acting = &state->rule;
	state->has_icmp = state->has_icmp6 = false;
	state->needs_icmp = state->needs_icmp6 = false;
}

bool parse_rule(struct parser *parser)
{
	struct policy_rule *rule = &parser->rule.rule;

	start_rule(parser);
	is_action(&parser->token, &rule->action);
	advance(parser);
	if (rule->action == POLICY_REJECT && !parse_with(parser))
		return false;
	if (rule->action == POLICY_JUMP && !parse_target(parser))
		return false;
	if (!parse_clauses(parser) || !check_sense(parser))
		return false;
	sort_conditions(rule);
	return keep_rule(parser);
}
