// SPDX-License-Identifier: GPL-2.0-only
/* Changes: what a rule does to a packet besides its action. */
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"
#include "parser.h"

static bool is_redirect(enum policy_change_kind kind)
{
	return kind == POLICY_REDIRECT || kind == POLICY_REDIRECT_INGRESS;
}

/* A rule may change several sets, and one set in several ways. */
static bool check_set_change(struct parser *parser,
			     const struct policy_change *change,
			     struct policy_place place)
{
	const struct policy_rule *rule = parser->rule.acting;
	int count = 0;

	for (size_t i = 0; i < rule->change_count; i++) {
		const struct policy_change *other = &rule->changes[i];

		if (!change_is_of_set(other->kind))
			continue;
		count++;
		/* sets that are declared elsewhere may be two */
		if (change->set && other->set == change->set &&
		    other->side == change->side &&
		    other->length4 == change->length4 &&
		    other->length6 == change->length6)
			return fail_at(parser, place,
				       "this rule already has such a change");
	}
	if (count == TG_SET_CHANGES_MAX)
		return fail_at(parser, place,
			       "a rule can have at most %d changes of sets",
			       TG_SET_CHANGES_MAX);
	return true;
}

static bool check_change(struct parser *parser,
			 const struct policy_change *change,
			 struct policy_place place)
{
	const struct policy_rule *rule = parser->rule.acting;

	if (rule->action == POLICY_JUMP)
		return fail_at(parser, place,
			       "a jump cannot %s: the rules of the sub-list "
			       "can",
			       change->kind == POLICY_LOG ? "log"
							  : "change a packet");
	if (is_redirect(change->kind) &&
	    (rule->action == POLICY_DROP || rule->action == POLICY_REJECT))
		return fail_at(parser, place,
			       "a rule cannot both redirect and drop a packet");
	if (rule->change_count == POLICY_CLAUSES_MAX)
		return fail_at(parser, place,
			       "a rule can have at most %d changes",
			       POLICY_CLAUSES_MAX);
	if (change_is_of_set(change->kind))
		return check_set_change(parser, change, place);
	for (size_t i = 0; i < rule->change_count; i++) {
		enum policy_change_kind other = rule->changes[i].kind;

		if (other == change->kind ||
		    (is_redirect(other) && is_redirect(change->kind)))
			return fail_at(parser, place,
				       change->kind == POLICY_LOG
					       ? "this rule already logs"
					       : "this rule already has such a "
						 "change");
	}
	return true;
}

bool add_change(struct parser *parser, const struct policy_change *change,
		struct policy_place place)
{
	struct rule_state *state = &parser->rule;
	struct policy_rule *rule = state->acting;
	size_t *room =
		rule == &state->rule ? &state->change_room : &state->over_room;

	if (!check_change(parser, change, place))
		return false;
	if (!vec_reserve(rule->changes, *room, rule->change_count + 1))
		return out_of_memory(parser);
	rule->changes[rule->change_count++] = *change;
	return true;
}

static bool parse_set_mark(struct parser *parser, struct policy_change *change)
{
	uint64_t value, mask;

	if (!parse_masked(parser, &value, &mask))
		return false;
	change->value = value;
	change->mask = mask;
	return true;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* MAJOR:MINOR as in tc: both are hexadecimal, and either may be empty. */
static bool read_handle(const struct token *token, uint32_t *value)
{
	uint32_t half[2] = { 0, 0 };
	int at = 0, digits = 0;

	for (size_t i = 0; i < token->length; i++) {
		int digit = hex_value(token->text[i]);

		if (token->text[i] == ':' && at == 0) {
			at++;
			digits = 0;
			continue;
		}
		if (digit < 0 || ++digits > 4)
			return false;
		half[at] = half[at] << 4 | digit;
	}
	*value = half[0] << 16 | half[1];
	return at == 1 && token->length > 1;
}

static bool parse_handle(struct parser *parser, struct policy_change *change)
{
	const struct token token = parser->token;
	uint64_t number;

	change->mask = UINT32_MAX;
	if (token.kind == TOKEN_VALUE &&
	    memchr(token.text, ':', token.length)) {
		if (!read_handle(&token, &change->value))
			return fail_at(
				parser, token.place,
				"'%.*s' is not a handle: write MAJOR:MINOR, "
				"each of up to four hexadecimal digits",
				(int)(token.length < 40 ? token.length : 40),
				token.text);
		advance(parser);
		return true;
	}
	if (!parse_number(parser, "a number or MAJOR:MINOR", UINT32_MAX,
			  &number))
		return false;
	change->value = number;
	return true;
}

static bool parse_set_dscp(struct parser *parser, struct policy_change *change)
{
	const struct token *token = &parser->token;
	uint32_t value;
	uint64_t number;

	change->mask = 0x3f;
	if (token->kind == TOKEN_WORD &&
	    word_value(WORDS_DSCP, token->text, token->length, &value)) {
		change->value = value;
		advance(parser);
		return true;
	}
	if (!parse_number(parser, "a DSCP", 63, &number)) {
		struct suggestion suggestion =
			suggest_for(token->text, token->length);
		const char *name;

		for (size_t i = 0; (name = word_at(WORDS_DSCP, i, &value)); i++)
			suggest(&suggestion, name, strlen(name));
		if (token->kind == TOKEN_WORD)
			hint_word(parser, &suggestion);
		return false;
	}
	change->value = number;
	return true;
}

static bool parse_set_change(struct parser *parser, struct policy_place place)
{
	static const struct {
		const char *word;
		enum policy_change_kind kind;
		bool (*parse)(struct parser *parser,
			      struct policy_change *change);
	} words[] = {
		{ "mark", POLICY_SET_MARK, parse_set_mark },
		{ "priority", POLICY_SET_PRIORITY, parse_handle },
		{ "class", POLICY_SET_CLASS, parse_handle },
		{ "dscp", POLICY_SET_DSCP, parse_set_dscp },
	};
	struct suggestion suggestion =
		suggest_for(parser->token.text, parser->token.length);

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct policy_change change = { .kind = words[i].kind };

		suggest(&suggestion, words[i].word, strlen(words[i].word));
		if (accept_word(parser, words[i].word))
			return words[i].parse(parser, &change) &&
			       add_change(parser, &change, place);
	}
	fail_expected(parser, "'mark', 'priority', 'class' or 'dscp'");
	if (parser->token.kind == TOKEN_WORD)
		hint_word(parser, &suggestion);
	return false;
}

/* The same check as dev_valid_name() in the kernel. */
static bool is_device_name(const char *text, size_t length)
{
	if (!length || length >= POLICY_DEVICE_SIZE ||
	    (*text == '.' && (length == 1 || (length == 2 && text[1] == '.'))))
		return false;
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f ||
		    text[i] == '/' || text[i] == ':')
			return false;
	}
	return true;
}

static bool parse_device(struct parser *parser, struct policy_change *change)
{
	struct token *token = &parser->token;

	lexer_again_as_device(&parser->lexer, token);
	if (token->kind != TOKEN_WORD && token->kind != TOKEN_STRING)
		return fail_expected(parser, "the name of a device");
	if (!is_device_name(token->text, token->length))
		return fail_at(parser, token->place,
			       "'%.*s' is not a device name: those have 1 to "
			       "%d characters, and no '/', ':' or space",
			       (int)(token->length < 40 ? token->length : 40),
			       token->text, POLICY_DEVICE_SIZE - 1);
	memcpy(change->device, token->text, token->length);
	advance(parser);
	return true;
}

static bool parse_redirect(struct parser *parser, struct policy_place place)
{
	struct policy_change change = { .kind = POLICY_REDIRECT };

	if (!accept_word(parser, "to"))
		return fail_expected(parser, "'to' and a device");
	if (accept_word(parser, "ingress"))
		change.kind = POLICY_REDIRECT_INGRESS;
	return parse_device(parser, &change) &&
	       add_change(parser, &change, place);
}

static bool parse_mirror(struct parser *parser, struct policy_place place)
{
	struct policy_change change = { .kind = POLICY_MIRROR };

	if (!accept_word(parser, "to"))
		return fail_expected(parser, "'to' and a device");
	return parse_device(parser, &change) &&
	       add_change(parser, &change, place);
}

parse_clause *change_clause(const struct token *token)
{
	if (token_is(token, "set"))
		return parse_set_change;
	if (token_is(token, "redirect"))
		return parse_redirect;
	if (token_is(token, "add"))
		return parse_add;
	if (token_is(token, "del"))
		return parse_del;
	if (token_is(token, "keep"))
		return parse_keep;
	if (token_is(token, "limit"))
		return parse_limit;
	if (token_is(token, "log"))
		return parse_log;
	return token_is(token, "mirror") ? parse_mirror : NULL;
}
