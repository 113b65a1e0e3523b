// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows: conditions such as 'established', 'keep [else drop]', and the block
 * flows { STATE TIME ... vlans apart }
 */
#include <string.h>

#include "parser.h"
#include "policy/language/flow_state.h"

/* --- conditions */

bool is_flow_word(const struct token *token)
{
	uint32_t fact;

	return token->kind == TOKEN_WORD &&
	       word_value(WORDS_FLOW, token->text, token->length, &fact);
}

/* Whether the tokens from '{' or '!' on are a set of flow words. */
bool starts_flow_set(const struct parser *parser)
{
	struct diagnostics ignored = { 0 };
	struct lexer ahead = parser->lexer;
	struct token token = parser->token;

	if (!token_is_sign(&token, '{') && !token_is_sign(&token, '!'))
		return false;
	ahead.diagnostics = &ignored;
	while (token_is_sign(&token, '{') || token_is_sign(&token, '!') ||
	       token.kind == TOKEN_NEWLINE)
		lexer_next(&ahead, &token);
	diagnostics_free(&ignored);
	return is_flow_word(&token);
}

static bool fail_fact(struct parser *parser, const struct item *item)
{
	struct suggestion suggestion;
	const char *word, *name;
	uint32_t fact;
	size_t length;

	if (!item->first_is_word || is_range_item(item))
		return fail_at(parser, item->place, "expected %s here",
			       kind_name(KIND_FLOW));
	word = item_text(item, &length);
	fail_at(parser, item->place, "expected %s, not '%.*s'",
		kind_name(KIND_FLOW), (int)(length < 40 ? length : 40), word);
	suggestion = suggest_for(word, length);
	for (size_t i = 0; (name = word_at(WORDS_FLOW, i, &fact)); i++)
		suggest(&suggestion, name, strlen(name));
	hint_word(parser, &suggestion);
	return false;
}

static bool add_fact(struct parser *parser, const struct item *item,
		     void *context)
{
	struct ranges *ranges = context;
	const char *word;
	uint32_t fact;
	size_t length;

	if (!item->first_is_word || is_range_item(item))
		return fail_fact(parser, item);
	word = item_text(item, &length);
	if (!word_value(WORDS_FLOW, word, length, &fact))
		return fail_fact(parser, item);
	if (!ranges_add(ranges,
			(struct policy_range){ { 0, fact }, { 0, fact } }))
		return out_of_memory(parser);
	return true;
}

/* Without braces or a '!', a word is a clause of its own: see match.c. */
bool parse_flow_set(struct parser *parser, struct policy_place place)
{
	bool negated = accept_sign(parser, '!');
	struct ranges ranges = { 0 };
	struct policy_condition *condition;

	if (!parse_items(parser, kind_name(KIND_FLOW), add_fact, &ranges)) {
		ranges_free(&ranges);
		return false;
	}
	condition = add_condition(parser, POLICY_FLOW, place);
	if (!condition) {
		ranges_free(&ranges);
		return false;
	}
	ranges_sort(&ranges);
	condition->negated = negated;
	condition->ranges = ranges.list;
	condition->count = ranges.count;
	return true;
}

/* --- keep */

bool parse_keep_clause(struct parser *parser, enum policy_action action,
		       enum policy_keep *keep, struct policy_place place)
{
	if (action == POLICY_JUMP)
		return fail_at(parser, place,
			       "a jump cannot keep a flow: the rules of the "
			       "sub-list can");
	if (action == POLICY_DROP || action == POLICY_REJECT) {
		fail_at(parser, place,
			"a flow cannot be kept if its packet is dropped");
		report_hint(parser->diagnostics,
			    "'keep' goes with 'pass', 'accept' or 'next'");
		return false;
	}
	if (*keep)
		return fail_at(parser, place, "'keep' is already there");
	*keep = POLICY_KEEP;
	if (!accept_word(parser, "else"))
		return true;
	if (!accept_word(parser, "drop")) {
		fail_expected(parser, "'drop'");
		report_hint(parser->diagnostics,
			    "without 'else drop' the packet goes on if there "
			    "is no room for its flow");
		return false;
	}
	*keep = POLICY_KEEP_ELSE_DROP;
	return true;
}

bool parse_keep(struct parser *parser, struct policy_place place)
{
	struct policy_rule *rule = parser->rule.acting;

	return parse_keep_clause(parser, rule->action, &rule->keep, place);
}

/* --- the block */

static bool fail_state(struct parser *parser)
{
	const struct token token = parser->token;
	struct suggestion suggestion = suggest_for(token.text, token.length);

	if (token_is_sign(&token, ',')) {
		fail_expected(parser, "a state, 'vlans' or '}'");
		report_hint(parser->diagnostics,
			    "there are no commas: '{ established 2h udp-sent "
			    "20s }'");
		return false;
	}
	if (token.kind != TOKEN_WORD)
		return fail_expected(parser, "a state and its time, 'vlans "
					     "apart' or '}'");
	fail_at(parser, token.place, "flows have no state '%.*s'",
		(int)(token.length < 40 ? token.length : 40), token.text);
	for (int state = 0; state < TG_FLOW_STATES; state++) {
		if (flow_state_has_time(state))
			suggest(&suggestion, flow_states[state].word,
				strlen(flow_states[state].word));
	}
	suggest(&suggestion, "vlans", 5);
	if (suggestion.best)
		hint_word(parser, &suggestion);
	else
		report_hint(parser->diagnostics,
			    "the states are those of 'tailgate flows', such "
			    "as 'established' and 'udp-sent'");
	return false;
}

static bool fail_second(struct parser *parser, const struct token *token)
{
	return fail_at(parser, token->place,
		       "'%.*s' is already there: each goes into the block once",
		       (int)token->length, token->text);
}

static bool parse_vlans_apart(struct parser *parser, struct policy_flows *flows)
{
	struct token word = parser->token;

	if (flows->has_vlans)
		return fail_second(parser, &word);
	advance(parser);
	flows->has_vlans = true;
	return accept_word(parser, "apart") || fail_expected(parser, "'apart'");
}

static bool parse_property(struct parser *parser, struct policy_flows *flows)
{
	struct token word = parser->token;
	int state;

	if (token_is(&word, "vlans"))
		return parse_vlans_apart(parser, flows);
	state = word.kind == TOKEN_WORD
			? flow_state_named(word.text, word.length)
			: -1;
	if (state < 0)
		return fail_state(parser);
	if (flows->seconds[state])
		return fail_second(parser, &word);
	advance(parser);
	return parse_time(parser, &flows->seconds[state]);
}

/* Lines may end anywhere in the braces. */
static bool parse_properties(struct parser *parser, struct policy_flows *flows)
{
	struct policy_place open = parser->token.place;

	if (!accept_sign(parser, '{'))
		return fail_expected(parser, "'{'");
	while (!parser->is_over) {
		bool is_line_start = skip_newlines(parser);

		if (is_left_open(parser, is_line_start))
			return fail_at(parser, open, "this '{' has no '}'");
		if (accept_sign(parser, '}'))
			return true;
		if (!parse_property(parser, flows))
			return false;
	}
	return false;
}

/* After an error, continue after the '}'. */
static void skip_block(struct parser *parser)
{
	while (!parser->is_over && !parser->resume &&
	       parser->token.kind != TOKEN_END) {
		bool is_line_start = skip_newlines(parser);

		if (is_left_open(parser, is_line_start) ||
		    accept_sign(parser, '}'))
			return;
		advance(parser);
	}
}

bool parse_flows(struct parser *parser)
{
	struct policy *policy = parser->policy;
	struct policy_place place = parser->token.place;
	struct policy_flows flows = { .place = place };
	bool is_good;

	advance(parser);
	if (parser->opened.line)
		return fail_at(parser, place,
			       "'flows' is for the whole policy: it cannot be "
			       "in a sub-list");
	if (policy->flows.place.line)
		return fail_at(parser, place,
			       "there is a block 'flows' already, in %s, line "
			       "%u",
			       policy_file(policy, policy->flows.place.file),
			       policy->flows.place.line);
	is_good = parse_properties(parser, &flows);
	if (!is_good)
		skip_block(parser);
	policy->flows = flows;
	return is_good;
}
