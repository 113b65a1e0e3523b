// SPDX-License-Identifier: GPL-2.0-only
/* Limits: limit RATE [burst N] [per KEY] [full within|over] [else ACTION] */
#include <string.h>

#include "parser.h"

/* --- keys */

static bool hint_key(struct parser *parser, struct token token)
{
	static const struct {
		const char *word, *hint;
	} foreign[] = {
		{ "saddr", "from" },	  { "src", "from" },
		{ "source", "from" },	  { "srcip", "from" },
		{ "host", "from" },	  { "client", "from" },
		{ "daddr", "to" },	  { "dst", "to" },
		{ "destination", "to" },  { "dstip", "to" },
		{ "port", "to port" },	  { "dport", "to port" },
		{ "dstport", "to port" }, { "connection", "flow" },
		{ "flows", "flow" },
	};
	struct suggestion suggestion = suggest_for(token.text, token.length);

	if (token.kind != TOKEN_WORD)
		return false;
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++) {
		if (token_is(&token, foreign[i].word)) {
			report_hint(parser->diagnostics,
				    "did you mean 'per %s'?", foreign[i].hint);
			return true;
		}
	}
	suggest(&suggestion, "from", 4);
	suggest(&suggestion, "flow", 4);
	suggest(&suggestion, "to", 2);
	hint_word(parser, &suggestion);
	return true;
}

static bool fail_key(struct parser *parser)
{
	const struct token token = parser->token;

	if (token.kind == TOKEN_WORD)
		fail_at(parser, token.place,
			"a limit is 'per from', 'per to', 'per flow' or 'per "
			"to port', not per '%.*s'",
			(int)(token.length < 40 ? token.length : 40),
			token.text);
	else
		fail_expected(parser, "'from', 'to', 'flow' or 'to port'");
	hint_key(parser, token);
	return false;
}

static bool parse_lengths(struct parser *parser, struct policy_limit *limit)
{
	struct policy_place place = parser->token.place;
	uint64_t length4, length6 = limit->length6;

	if (!accept_sign(parser, '/'))
		return true;
	if (!parse_number(parser, "the length of an IPv4 prefix", SET_WHOLE4,
			  &length4))
		return false;
	if (accept_sign(parser, '/') &&
	    !parse_number(parser, "the length of an IPv6 prefix", SET_WHOLE6,
			  &length6))
		return false;
	if (!length4 || !length6) {
		fail_at(parser, place,
			"a prefix of length 0 holds all addresses");
		report_hint(parser->diagnostics,
			    "without 'per', all packets are counted together");
		return false;
	}
	limit->length4 = length4;
	limit->length6 = length6;
	return true;
}

static bool fail_port(struct parser *parser)
{
	fail_at(parser, parser->token.place,
		"a limit cannot be per source port: who sends chooses it");
	report_hint(parser->diagnostics,
		    "'per flow' tells connections apart, 'per to port' "
		    "services");
	return false;
}

static bool parse_key(struct parser *parser, struct policy_limit *limit)
{
	if (accept_word(parser, "flow")) {
		limit->per = TG_LIMIT_PER_FLOW;
		return true;
	}
	if (accept_word(parser, "from")) {
		if (token_is(&parser->token, "port"))
			return fail_port(parser);
		limit->per = TG_LIMIT_PER_FROM;
		return parse_lengths(parser, limit);
	}
	if (!accept_word(parser, "to"))
		return fail_key(parser);
	if (accept_word(parser, "port")) {
		limit->per = TG_LIMIT_PER_PORT;
		return true;
	}
	limit->per = TG_LIMIT_PER_TO;
	return parse_lengths(parser, limit);
}

/* --- clauses of a limit */

struct limit_words {
	bool has_burst, has_per, has_full;
};

static bool is_first(struct parser *parser, bool *has, const char *word,
		     struct policy_place place)
{
	if (*has)
		return fail_at(parser, place, "this limit already has its '%s'",
			       word);
	*has = true;
	return true;
}

static bool parse_full(struct parser *parser, struct policy_limit *limit)
{
	if (accept_word(parser, "within")) {
		limit->full = TG_LIMIT_WITHIN;
		return true;
	}
	if (accept_word(parser, "over")) {
		limit->full = TG_LIMIT_OVER;
		return true;
	}
	fail_expected(parser, "'within' or 'over'");
	report_hint(parser->diagnostics,
		    "'full' says what a packet counts as if the table has no "
		    "place for its key");
	return false;
}

/* Returns false without an error if there is none of these clauses. */
static bool parse_clause_of_limit(struct parser *parser,
				  struct limit_words *words, bool *is_clause)
{
	struct policy_limit *limit = &parser->rule.limit;
	struct policy_place place = parser->token.place;

	*is_clause = true;
	if (accept_word(parser, "burst"))
		return is_first(parser, &words->has_burst, "burst", place) &&
		       parse_burst(parser, &limit->rate);
	if (accept_word(parser, "per"))
		return is_first(parser, &words->has_per, "per", place) &&
		       parse_key(parser, limit);
	if (accept_word(parser, "full"))
		return is_first(parser, &words->has_full, "full", place) &&
		       parse_full(parser, limit);
	*is_clause = false;
	return false;
}

static bool fail_otherwise(struct parser *parser)
{
	struct token token = parser->token;

	if (token_is(&token, "jump"))
		return fail_at(parser, token.place,
			       "packets over a limit cannot jump: 'else' has "
			       "an action that decides");
	fail_expected(parser, "an action after 'else'");
	if (change_clause(&token))
		report_hint(parser->diagnostics,
			    "the action goes first: 'else drop %.*s'",
			    (int)token.length, token.text);
	else
		report_hint(parser->diagnostics,
			    "for example 'else drop', or 'else next'");
	return false;
}

/* What follows belongs to the packets that are over: see parse_clauses(). */
static bool parse_otherwise(struct parser *parser)
{
	struct rule_state *state = &parser->rule;
	struct policy_rule *over = &state->limit.over;
	enum policy_action action;

	if (!is_action(&parser->token, &action) || action == POLICY_JUMP)
		return fail_otherwise(parser);
	over->action = action;
	state->acting = over;
	advance(parser);
	return action != POLICY_REJECT || parse_with(parser);
}

static bool check_place(struct parser *parser, struct policy_place place)
{
	const struct rule_state *state = &parser->rule;

	if (state->acting != &state->rule)
		return fail_at(parser, place,
			       "what is over a limit has no second limit");
	if (state->rule.limit)
		return fail_at(parser, place, "this rule already has a limit");
	if (state->rule.action == POLICY_JUMP)
		return fail_at(parser, place,
			       "a jump cannot have a limit: the rules of the "
			       "sub-list can");
	if (!parser->alone && parser->limit_count == TG_LIMITS)
		return fail_at(parser, place,
			       "a policy has %d rules with limits at most",
			       TG_LIMITS);
	return true;
}

bool parse_limit(struct parser *parser, struct policy_place place)
{
	struct rule_state *state = &parser->rule;
	struct policy_limit *limit = &state->limit;
	struct limit_words words = { 0 };
	bool is_clause;

	if (!check_place(parser, place))
		return false;
	state->rule.limit = limit; /* copied by keep_rule() */
	*limit = (struct policy_limit){
		.length4 = SET_WHOLE4,
		.length6 = SET_DEFAULT6,
		.over = { .action = POLICY_DROP,
			  .changes = limit->over.changes,
			  .place = state->rule.place },
	};
	if (!parse_rate(parser, &limit->rate))
		return false;
	while (parse_clause_of_limit(parser, &words, &is_clause))
		;
	if (is_clause)
		return false;
	if (!words.has_burst)
		limit->rate.burst = rate_default_burst(&limit->rate);
	return !accept_word(parser, "else") || parse_otherwise(parser);
}

/* --- hints */

/* Where a clause should start, and a word of a limit is. */
bool hint_limit_word(struct parser *parser)
{
	static const char *const words[] = { "burst", "per", "full" };
	const struct token *token = &parser->token;

	if (token_is(token, "packets")) {
		report_hint(parser->diagnostics,
			    "leave it out: 'limit 50/s burst 100' counts "
			    "packets");
		return true;
	}
	if (token_is(token, "else")) {
		report_hint(parser->diagnostics,
			    "'else' follows 'limit RATE' or 'keep': "
			    "'limit 50/s else drop'");
		return true;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!token_is(token, words[i]))
			continue;
		report_hint(parser->diagnostics, "'%s' follows 'limit RATE'",
			    words[i]);
		return true;
	}
	return false;
}
