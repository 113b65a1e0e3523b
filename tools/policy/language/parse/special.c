// SPDX-License-Identifier: GPL-2.0-only
/* Clauses that are more than a word and a set. */
#include <linux/if_ether.h>

#include "parser.h"

/* Look for 'icmp' or 'icmp6' in the rest of the line. */
static void look_ahead_for_icmp(struct parser *parser)
{
	struct diagnostics ignored = { 0 };
	struct lexer lexer = parser->lexer;
	struct token token = parser->token;

	lexer.diagnostics = &ignored;
	while (token.kind != TOKEN_NEWLINE && token.kind != TOKEN_END) {
		parser->rule.needs_icmp |= token_is(&token, "icmp");
		parser->rule.needs_icmp6 |= token_is(&token, "icmp6");
		lexer_next(&lexer, &token);
	}
	diagnostics_free(&ignored);
}

static bool is_only(const struct policy_condition *condition, uint64_t value)
{
	return !condition->negated && condition->count == 1 &&
	       condition->ranges[0].first.lo == value &&
	       condition->ranges[0].last.lo == value;
}

/* Only the codes of 'unreachable' have names. */
static enum value_kind code_kind(const struct parser *parser, bool is_icmp6)
{
	const struct policy_rule *rule = &parser->rule.rule;
	const struct policy_condition *type =
		&rule->conditions[rule->condition_count - 1];

	if (is_icmp6)
		return is_only(type, 1) ? KIND_ICMP6_CODE : KIND_CODE;
	return is_only(type, 3) ? KIND_ICMP_CODE : KIND_CODE;
}

static bool fail_type(struct parser *parser, struct policy_place place)
{
	fail_at(parser, place,
		"'type' needs 'icmp' or 'icmp6' in the same rule");
	report_hint(parser->diagnostics,
		    "'icmp type echo-request' is a ping, and 'icmp6 type "
		    "echo-request' is one in IPv6");
	return false;
}

bool parse_type(struct parser *parser, struct policy_place place)
{
	struct rule_state *state = &parser->rule;
	struct policy_place code;
	bool is_icmp6;

	for (size_t i = 0; i < state->rule.condition_count; i++) {
		if (state->rule.conditions[i].field == POLICY_ICMP_TYPE)
			return fail_at(parser, place,
				       "this rule already has a 'type': write "
				       "a set for several types");
	}
	if (!state->has_icmp && !state->has_icmp6)
		look_ahead_for_icmp(parser);
	if (!(state->has_icmp | state->has_icmp6 | state->needs_icmp |
	      state->needs_icmp6))
		return fail_type(parser, place);
	is_icmp6 = !state->has_icmp && !state->needs_icmp;
	state->needs_icmp = !is_icmp6;
	state->needs_icmp6 = is_icmp6;
	if (!parse_set_field(parser, is_icmp6 ? KIND_ICMP6 : KIND_ICMP,
			     POLICY_ICMP_TYPE, place))
		return false;
	code = parser->token.place;
	return !accept_word(parser, "code") ||
	       parse_set_field(parser, code_kind(parser, is_icmp6),
			       POLICY_ICMP_CODE, code);
}

static bool parse_flag_set(struct parser *parser, uint64_t *flags)
{
	*flags = 0;
	if (accept_word(parser, "none"))
		return true;
	do {
		const struct token *token = &parser->token;
		struct suggestion suggestion =
			suggest_for(token->text, token->length);
		uint32_t flag;

		if (token->kind != TOKEN_WORD ||
		    !word_value(WORDS_TCP_FLAG, token->text, token->length,
				&flag)) {
			const char *name;

			fail_expected(parser, "a TCP flag");
			for (size_t i = 0;
			     (name = word_at(WORDS_TCP_FLAG, i, &flag)); i++)
				suggest(&suggestion, name, 3);
			hint_word(parser, &suggestion);
			return false;
		}
		*flags |= flag;
		advance(parser);
	} while (accept_sign(parser, ','));
	return true;
}

static bool add_masked(struct parser *parser, enum policy_field field,
		       uint64_t value, uint64_t mask, bool negated,
		       struct policy_place place)
{
	struct policy_condition *condition;

	if (value & ~mask)
		return fail_at(parser, place,
			       "this can never match: the value has bits set "
			       "outside of the mask");
	condition = add_value(parser, field, value, value, place);
	if (!condition)
		return false;
	condition->mask = mask;
	condition->negated = negated;
	return true;
}

bool parse_flags(struct parser *parser, struct policy_place place)
{
	bool negated = accept_sign(parser, '!');
	const struct token first = parser->token;
	uint64_t flags, mask;

	if (!parse_flag_set(parser, &flags))
		return false;
	if (!accept_sign(parser, '/')) {
		fail_expected(parser, "'/' and a mask of flags");
		hint_flags(parser, &first, flags);
		return false;
	}
	if (!parse_flag_set(parser, &mask))
		return false;
	if (!mask)
		return fail_at(parser, place, "the mask cannot be 'none'");
	return add_masked(parser, POLICY_TCP_FLAGS, flags, mask, negated,
			  place);
}

bool parse_syn(struct parser *parser, struct policy_place place)
{
	return add_masked(parser, POLICY_TCP_FLAGS, 0x02, 0x17, false, place);
}

/* Any of the extension headers is present or, if negated, none of them. */
bool parse_extension(struct parser *parser, struct policy_place place)
{
	struct parsed_set set;
	struct policy_condition *condition;
	uint64_t mask = 0;

	if (!parse_set(parser, KIND_EXTENSION, &set))
		return false;
	for (size_t i = 0; i < set.values.ranges[0].count; i++) {
		const struct policy_range *range =
			&set.values.ranges[0].list[i];

		/*
		 * The values are single bits. Only 1 and 2 would merge into one
		 * range, and 1 is IPv4 options, which has no name here.
		 */
		mask |= range->first.lo | range->last.lo;
	}
	if (!set.list)
		ranges_free(&set.values.ranges[0]);
	if (!add_value(parser, POLICY_ETHERTYPE, ETH_P_IPV6, ETH_P_IPV6, place))
		return false;
	condition = mask ? add_value(parser, POLICY_EXTENSIONS, 1, mask, place)
			 : add_condition(parser, POLICY_EXTENSIONS, place);
	if (!condition)
		return false;
	condition->mask = mask;
	condition->negated = set.negated;
	return true;
}

/* VALUE or VALUE/MASK. Without a mask, all bits count. */
bool parse_masked(struct parser *parser, uint64_t *value, uint64_t *mask)
{
	struct policy_place place = parser->token.place;

	*mask = UINT64_MAX;
	if (!parse_number(parser, "a mark", UINT32_MAX, value))
		return false;
	if (!accept_sign(parser, '/'))
		return true;
	if (!parse_number(parser, "a mask", UINT32_MAX, mask))
		return false;
	if (*mask == UINT32_MAX)
		*mask = UINT64_MAX;
	if (!*mask)
		return fail_at(parser, place, "the mask cannot be 0");
	if (*value & ~*mask)
		return fail_at(parser, place,
			       "the value has bits set outside of the mask");
	return true;
}

bool parse_mark(struct parser *parser, struct policy_place place)
{
	bool negated = accept_sign(parser, '!');
	uint64_t value, mask;

	return parse_masked(parser, &value, &mask) &&
	       add_masked(parser, POLICY_MARK, value, mask, negated, place);
}
