// SPDX-License-Identifier: GPL-2.0-only
/* '@NAME' in a rule: conditions on named sets, and changes of their entries. */
#include <string.h>

#include "parser.h"

bool is_set_name(const struct token *token)
{
	return token->kind == TOKEN_WORD && *token->text == '@';
}

/* --- the set of a name */

/* A word for what could be declared; where any kind will do, addresses. */
static const char *likely_kind(enum value_kind values)
{
	int kind = TG_SET_ADDRESS_PORTS - 1;

	while (kind && set_kinds[kind].values != values)
		kind--;
	return set_kinds[kind].word;
}

static bool fail_unknown(struct parser *parser, const struct token *token,
			 enum value_kind values)
{
	const struct policy *policy = parser->policy;
	const char *name = token->text + 1;
	int length = token->length - 1;
	struct suggestion suggestion = suggest_for(name, length);

	if (!length) {
		fail_at(parser, token->place,
			"the name of a set goes after "
			"'@'");
		return false;
	}
	fail_at(parser, token->place, "there is no set '%.*s' above this line",
		length < 40 ? length : 40, name);
	if (list_named(parser, name, length)) {
		report_hint(parser->diagnostics,
			    "'%.*s' is a list: it is named without '@'", length,
			    name);
		return false;
	}
	for (size_t i = 0; i < policy->set_count; i++)
		suggest(&suggestion, policy->sets[i].name,
			strlen(policy->sets[i].name));
	if (suggestion.best)
		report_hint(parser->diagnostics, "did you mean '@%.*s'?",
			    (int)suggestion.best_length, suggestion.best);
	else
		report_hint(
			parser->diagnostics, "'set %.*s { %s }' declares one",
			length < 40 ? length : 40, name, likely_kind(values));
	return false;
}

/* False without a message if the set's declaration had an error. */
static bool find_set(struct parser *parser, enum value_kind values,
		     const struct policy_set **set)
{
	const struct token *token = &parser->token;

	*set = set_named(parser, token->text + 1, token->length - 1);
	if (!*set)
		return parser->alone || fail_unknown(parser, token, values);
	return !parser->set_is_broken[(*set)->number];
}

/* --- conditions */

static bool fail_use(struct parser *parser, const struct policy_set *set,
		     enum value_kind values)
{
	const struct set_kind *kind = &set_kinds[set->kind];

	fail_at(parser, parser->token.place, "%s goes here, and '@%s' holds %s",
		kind_name(values), set->name, kind->word);
	report_hint(parser->diagnostics,
		    "'from %s@%s' or 'to %s@%s' asks this set", kind->clause,
		    set->name, kind->clause, set->name);
	return false;
}

bool parse_set_use(struct parser *parser, enum value_kind values,
		   const struct policy_set **set)
{
	if (!find_set(parser, values, set))
		return false;
	if (*set && set_kinds[(*set)->kind].values != values)
		return fail_use(parser, *set, values);
	advance(parser);
	return true;
}

/* Where single values go: in braces, in lists, and in ranges. */
bool fail_set_as_value(struct parser *parser, const struct token *token)
{
	int length = token->length < 40 ? token->length : 40;

	fail_at(parser, token->place,
		"'%.*s' is a set: it cannot be in braces or in a list", length,
		token->text);
	report_hint(parser->diagnostics,
		    "write two rules, or add the values to the set");
	return false;
}

/* --- changes */

static bool fail_side(struct parser *parser, const char *verb)
{
	fail_expected(parser, "'from' or 'to'");
	report_hint(parser->diagnostics, "'%s' has the end of the packet first",
		    verb);
	return false;
}

static bool parse_lengths(struct parser *parser, struct policy_change *change)
{
	uint64_t length;

	change->length4 = SET_WHOLE4;
	change->length6 = SET_WHOLE6;
	if (!accept_sign(parser, '/'))
		return true;
	if (!parse_number(parser, "the length of an IPv4 prefix", SET_WHOLE4,
			  &length))
		return false;
	change->length4 = length;
	change->length6 = SET_DEFAULT6;
	if (accept_sign(parser, '/')) {
		if (!parse_number(parser, "the length of an IPv6 prefix",
				  SET_WHOLE6, &length))
			return false;
		change->length6 = length;
	}
	return true;
}

static bool has_length(const struct policy_change *change)
{
	return change->length4 != SET_WHOLE4 || change->length6 != SET_WHOLE6;
}

static bool check_lengths(struct parser *parser,
			  const struct policy_change *change,
			  struct policy_place place)
{
	if (!has_length(change))
		return true;
	if (change->set && change->set->kind != TG_SET_ADDRESSES)
		return fail_at(parser, place,
			       "only an address has a prefix: '@%s' holds %s",
			       change->set->name,
			       set_kinds[change->set->kind].word);
	if (!change->length4 || !change->length6)
		return fail_at(parser, place,
			       "a prefix of length 0 holds all addresses");
	return true;
}

/* A lookup tries each length of a prefix that rules change. */
static bool register_length(struct parser *parser, unsigned int form,
			    struct policy_place place)
{
	for (size_t i = 0; i < parser->length_count; i++) {
		if (parser->lengths[i] == form)
			return true;
	}
	if (parser->length_count == TG_POLICY_SET_LENGTHS) {
		fail_at(parser, place,
			"rules add and delete prefixes of %d different lengths "
			"at "
			"most",
			TG_POLICY_SET_LENGTHS);
		report_hint(parser->diagnostics,
			    "those of IPv4 and IPv6 count alike: 'from/24' is "
			    "'from/24/64', and has two");
		return false;
	}
	parser->lengths[parser->length_count++] = form;
	return true;
}

static bool register_lengths(struct parser *parser,
			     const struct policy_change *change,
			     struct policy_place place)
{
	return (change->length4 == SET_WHOLE4 ||
		register_length(parser, TG_SET_FORM_IP4(change->length4),
				place)) &&
	       (change->length6 == SET_WHOLE6 ||
		register_length(parser, TG_SET_FORM_IP6(change->length6),
				place));
}

static bool parse_end(struct parser *parser, struct policy_change *change,
		      const char *verb)
{
	if (accept_word(parser, "from"))
		change->side = TG_SIDE_FROM;
	else if (accept_word(parser, "to"))
		change->side = TG_SIDE_TO;
	else
		return fail_side(parser, verb);
	if (!token_is(&parser->token, "port") &&
	    !token_is(&parser->token, "mac"))
		return true;
	fail_at(parser, parser->token.place,
		"'%.*s' is left out: the set says what it holds",
		(int)parser->token.length, parser->token.text);
	report_hint(parser->diagnostics,
		    "'add to to @NAME' adds the destination port to a set of "
		    "ports");
	return false;
}

static bool parse_change_set(struct parser *parser,
			     struct policy_change *change, const char *word)
{
	if (!accept_word(parser, word))
		return fail_expected(parser, strcmp(word, "to")
						     ? "'from' and a set"
						     : "'to' and a set");
	if (is_set_name(&parser->token)) {
		if (!find_set(parser, KINDS, &change->set))
			return false;
		advance(parser);
		return true;
	}
	fail_expected(parser, "the name of a set with '@'");
	if (set_named(parser, parser->token.text, parser->token.length))
		report_hint(parser->diagnostics, "did you mean '@%.*s'?",
			    (int)parser->token.length, parser->token.text);
	return false;
}

static bool parse_for(struct parser *parser, struct policy_change *change)
{
	struct policy_place place = parser->token.place;

	if (!accept_word(parser, "for"))
		return true;
	if (change->kind == POLICY_DEL_FROM_SET)
		return fail_at(parser, place,
			       "only what is added has a time, not what is "
			       "deleted");
	return parse_time(parser, &change->seconds);
}

static bool parse_set_entry(struct parser *parser, struct policy_place place,
			    struct policy_change *change, const char *verb,
			    const char *word)
{
	struct policy_place at;

	if (!parse_end(parser, change, verb))
		return false;
	at = parser->token.place;
	return parse_lengths(parser, change) &&
	       parse_change_set(parser, change, word) &&
	       parse_for(parser, change) && check_lengths(parser, change, at) &&
	       register_lengths(parser, change, at) &&
	       add_change(parser, change, place);
}

bool parse_add(struct parser *parser, struct policy_place place)
{
	struct policy_change change = { .kind = POLICY_ADD_TO_SET };

	return parse_set_entry(parser, place, &change, "add from to @NAME",
			       "to");
}

bool parse_del(struct parser *parser, struct policy_place place)
{
	struct policy_change change = { .kind = POLICY_DEL_FROM_SET };

	return parse_set_entry(parser, place, &change, "del from from @NAME",
			       "from");
}
