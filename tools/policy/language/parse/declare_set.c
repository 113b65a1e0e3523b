// SPDX-License-Identifier: GPL-2.0-only
/* Declarations of named sets: set NAME { KIND [size N] [timeout TIME] } */
#include <stdlib.h>
#include <string.h>

#include "parser.h"

struct declaration {
	struct policy_set set;
	bool has_kind, has_size, has_timeout;
};

struct policy_set *set_named(const struct parser *parser, const char *name,
			     size_t length)
{
	const struct policy *policy = parser->policy;

	for (size_t i = 0; i < policy->set_count; i++) {
		struct policy_set *set = &policy->sets[i];

		if (strlen(set->name) == length &&
		    !memcmp(set->name, name, length))
			return set;
	}
	return NULL;
}

/* --- the name */

static bool fail_sign(struct parser *parser, const struct token *name)
{
	fail_at(parser, name->place, "a set is declared without '@'");
	report_hint(parser->diagnostics, "did you mean 'set %.*s'?",
		    (int)name->length - 1, name->text + 1);
	return false;
}

static bool fail_known(struct parser *parser, const struct token *name,
		       const char *what, struct policy_place first)
{
	return fail_at(parser, name->place,
		       "there is a %s '%.*s' already, in %s, line %u", what,
		       (int)name->length, name->text,
		       policy_file(parser->policy, first.file), first.line);
}

bool fail_name_of_both(struct parser *parser, const struct token *name,
		       const char *other, struct policy_place place)
{
	fail_known(parser, name, other, place);
	report_hint(parser->diagnostics,
		    "a rule writes a list as '%.*s' and a set as '@%.*s': give "
		    "one of them another name",
		    (int)name->length, name->text, (int)name->length,
		    name->text);
	return false;
}

static bool check_name(struct parser *parser, const struct token *name)
{
	const struct policy_set *set =
		set_named(parser, name->text, name->length);
	const struct list *list = list_named(parser, name->text, name->length);

	if (set)
		return fail_known(parser, name, "set", set->place);
	if (list)
		return fail_name_of_both(parser, name, "list", list->place);
	if (name->length >= TG_SET_NAME_SIZE)
		return fail_at(parser, name->place,
			       "the name of a set has %d letters at most",
			       TG_SET_NAME_SIZE - 1);
	if (parser->policy->set_count == TG_SETS)
		return fail_at(parser, name->place,
			       "a policy has %d sets at most", TG_SETS);
	return true;
}

static bool parse_set_name(struct parser *parser, struct policy_place place,
			   struct token *name)
{
	static const char *const changed[] = { "mark", "priority", "class",
					       "dscp" };
	const struct token *token = &parser->token;

	if (is_set_name(token))
		return fail_sign(parser, token);
	for (size_t i = 0; i < sizeof(changed) / sizeof(*changed); i++) {
		if (!token_is(token, changed[i]))
			continue;
		fail_at(parser, place, "no line starts with 'set %s'",
			changed[i]);
		report_hint(parser->diagnostics,
			    "the action goes first: 'pass set %s'", changed[i]);
		return false;
	}
	return parse_name(parser, "the name of a set", name) &&
	       check_name(parser, name);
}

/* --- what is in braces */

static bool fail_kind(struct parser *parser)
{
	static const struct {
		const char *word;
		enum tg_set_kind kind;
	} foreign[] = {
		{ "ipv4_addr", TG_SET_ADDRESSES },
		{ "ipv6_addr", TG_SET_ADDRESSES },
		{ "prefixes", TG_SET_ADDRESSES },
		{ "inet_service", TG_SET_PORTS },
		{ "ether_addr", TG_SET_MACS },
	};
	const struct token token = parser->token;
	struct suggestion suggestion = suggest_for(token.text, token.length);

	fail_expected(parser, "'addresses', 'ports', 'macs', 'address-ports', "
			      "'size' or 'timeout'");
	if (token_is_sign(&token, ',')) {
		report_hint(parser->diagnostics,
			    "there are no commas: '{ addresses size 1000 }'");
		return false;
	}
	if (token.kind != TOKEN_WORD)
		return false;
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++) {
		if (token_is(&token, foreign[i].word)) {
			report_hint(parser->diagnostics, "did you mean '%s'?",
				    set_kinds[foreign[i].kind].word);
			return false;
		}
	}
	for (int kind = 0; kind < TG_SET_KINDS; kind++)
		suggest(&suggestion, set_kinds[kind].word,
			strlen(set_kinds[kind].word));
	suggest(&suggestion, "size", 4);
	suggest(&suggestion, "timeout", 7);
	hint_word(parser, &suggestion);
	return false;
}

static bool is_second(struct parser *parser, bool *has, const char *what)
{
	if (*has)
		return !fail_at(parser, parser->token.place,
				"a set has one %s, and this is the second",
				what);
	*has = true;
	return false;
}

static bool parse_size(struct parser *parser, struct declaration *declaration)
{
	struct policy_place place;
	uint64_t size;

	if (is_second(parser, &declaration->has_size, "size"))
		return false;
	advance(parser);
	place = parser->token.place;
	if (!parse_number(parser, "the size of a set", POLICY_SET_SIZE_MAX,
			  &size))
		return false;
	if (!size)
		return fail_at(parser, place,
			       "a set has room for 1 entry or more");
	declaration->set.size = size;
	return true;
}

static bool parse_property(struct parser *parser,
			   struct declaration *declaration)
{
	const struct token *token = &parser->token;

	if (token_is(token, "size"))
		return parse_size(parser, declaration);
	if (token_is(token, "timeout")) {
		if (is_second(parser, &declaration->has_timeout, "timeout"))
			return false;
		advance(parser);
		return parse_time(parser, &declaration->set.timeout);
	}
	for (int kind = 0; kind < TG_SET_KINDS; kind++) {
		if (!token_is(token, set_kinds[kind].word))
			continue;
		if (is_second(parser, &declaration->has_kind, "kind"))
			return false;
		declaration->set.kind = kind;
		advance(parser);
		return true;
	}
	return fail_kind(parser);
}

/* Lines may end anywhere in the braces. */
static bool parse_properties(struct parser *parser,
			     struct declaration *declaration)
{
	struct policy_place open = parser->token.place;

	if (token_is_sign(&parser->token, '=')) {
		fail_expected(parser, "'{'");
		report_hint(parser->diagnostics,
			    "a list has a '=' and values, a set a kind: "
			    "'set NAME { addresses }'");
		return false;
	}
	if (!accept_sign(parser, '{'))
		return fail_expected(parser, "'{'");
	while (!parser->is_over) {
		bool is_line_start = skip_newlines(parser);

		if (is_left_open(parser, is_line_start))
			return fail_at(parser, open, "this '{' has no '}'");
		if (token_is_sign(&parser->token, '}'))
			break;
		if (!parse_property(parser, declaration))
			return false;
	}
	if (!declaration->has_kind)
		return fail_expected(parser, "the kind of the set: "
					     "'addresses', 'ports', 'macs' or "
					     "'address-ports'");
	return accept_sign(parser, '}');
}

/* --- */

/* Conditions point to sets, so the array never moves. */
static bool keep_set(struct parser *parser, const struct token *name,
		     const struct declaration *declaration, bool is_good)
{
	struct policy *policy = parser->policy;
	struct policy_set *set;

	if (!policy->sets)
		policy->sets = calloc(TG_SETS, sizeof(*policy->sets));
	if (!policy->sets)
		return out_of_memory(parser);
	set = &policy->sets[policy->set_count];
	*set = declaration->set;
	set->name = strndup(name->text, name->length);
	if (!set->name)
		return out_of_memory(parser);
	set->number = policy->set_count;
	set->place = name->place;
	parser->set_is_broken[policy->set_count++] = !is_good;
	return is_good;
}

/*
 * A broken declaration still defines its name, so that uses of the set are not
 * reported as well.
 */
bool parse_declaration(struct parser *parser)
{
	struct declaration declaration = { .set.size = POLICY_SET_SIZE };
	struct policy_place place = parser->token.place;
	struct token name;
	bool is_good;

	advance(parser);
	if (!parse_set_name(parser, place, &name))
		return false;
	is_good = parse_properties(parser, &declaration);
	return keep_set(parser, &name, &declaration, is_good);
}
