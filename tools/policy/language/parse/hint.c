// SPDX-License-Identifier: GPL-2.0-only
/* Hints that suggest a correction, built from the words of the line. */
#include <string.h>

#include "parser.h"
#include "policy/language/print/print.h"

#define HINT_MAX 40 /* longer words are not quoted */

/* Return the next token without consuming it. */
static struct token peek_token(const struct parser *parser)
{
	struct diagnostics ignored = { 0 };
	struct lexer ahead = parser->lexer;
	struct token next;

	ahead.diagnostics = &ignored;
	lexer_next(&ahead, &next);
	diagnostics_free(&ignored);
	return next;
}

static bool is_value(const struct token *token)
{
	return (token->kind == TOKEN_VALUE || token->kind == TOKEN_WORD) &&
	       token->length <= HINT_MAX;
}

static bool is_in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("_-.:/", c));
}

/* The word before a token in its line; length 0 if there is none. */
static struct token word_before(const struct token *token)
{
	const char *start = token->text - (token->place.column - 1);
	const char *end = token->text, *at;
	struct token word = { .kind = TOKEN_WORD };

	while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	for (at = end; at > start && is_in_word(at[-1]);)
		at--;
	if (end - at <= HINT_MAX) {
		word.text = at;
		word.length = end - at;
	}
	return word;
}

static bool is_protocol(const struct token *token)
{
	uint32_t value;

	return token->kind == TOKEN_WORD &&
	       word_value(WORDS_PROTOCOL, token->text, token->length, &value);
}

static bool has_ports(const struct token *token)
{
	return token_is(token, "tcp") || token_is(token, "udp") ||
	       token_is(token, "sctp");
}

/* The previous token is a '!'. */
void hint_negation(struct parser *parser)
{
	struct token next = peek_token(parser);

	if (!token_is_sign(&parser->token, '='))
		return;
	if (is_value(&next))
		report_hint(parser->diagnostics, "did you mean '!%.*s'?",
			    (int)next.length, next.text);
	else
		report_hint(parser->diagnostics,
			    "'!' negates a set; leave out the '='");
}

void hint_separator(struct parser *parser)
{
	const struct token *token = &parser->token;
	struct token before = word_before(token);

	if (!is_value(token) || !before.length)
		return;
	report_hint(parser->diagnostics,
		    "separate values by commas: '%.*s, %.*s'",
		    (int)before.length, before.text, (int)token->length,
		    token->text);
}

/* For "type 8/0", the syntax of nft and iptables. */
void hint_slash(struct parser *parser, const char *what)
{
	struct token before = word_before(&parser->token);
	struct token next = peek_token(parser);

	if (what != kind_name(KIND_ICMP) && what != kind_name(KIND_ICMP6))
		return;
	if (before.length && is_value(&next))
		report_hint(parser->diagnostics,
			    "did you mean 'type %.*s code %.*s'?",
			    (int)before.length, before.text, (int)next.length,
			    next.text);
}

/* The flags start at `first` and end before the current token. */
void hint_flags(struct parser *parser, const struct token *first,
		uint64_t flags)
{
	int length = parser->previous_end.column - first->place.column;
	uint32_t flag;

	if (parser->token.kind == TOKEN_WORD &&
	    word_value(WORDS_TCP_FLAG, parser->token.text, parser->token.length,
		       &flag))
		report_hint(parser->diagnostics,
			    "'flags syn/syn,ack' matches packets with SYN and "
			    "without ACK");
	else if (flags == 0x02)
		report_hint(parser->diagnostics,
			    "did you mean 'syn', the first packet of a "
			    "connection? 'flags syn/syn' ignores all other "
			    "flags");
	else if (flags)
		report_hint(parser->diagnostics,
			    "did you mean 'flags %.*s/%.*s'? It ignores all "
			    "other flags",
			    length, first->text, length, first->text);
	else
		report_hint(parser->diagnostics,
			    "'flags none/syn,ack' matches packets without SYN "
			    "and ACK");
}

static bool hint_comma(struct parser *parser)
{
	struct token before = word_before(&parser->token);
	struct token next = peek_token(parser);
	const char *action =
		parser->rule.rule.action == POLICY_JUMP
			? "jump NAME"
			: policy_action_word(parser->rule.rule.action);

	if (!before.length || !is_value(&next))
		return false;
	if (is_protocol(&before) && is_protocol(&next))
		report_hint(parser->diagnostics,
			    "did you mean 'proto { %.*s, %.*s }'?",
			    (int)before.length, before.text, (int)next.length,
			    next.text);
	else if (is_flow_word(&before) && is_flow_word(&next))
		report_hint(parser->diagnostics,
			    "did you mean '{ %.*s, %.*s }'?",
			    (int)before.length, before.text, (int)next.length,
			    next.text);
	else if (match_clause(&before).word && match_clause(&next).word)
		report_hint(parser->diagnostics,
			    "write two rules: '%s %.*s' and '%s %.*s'", action,
			    (int)before.length, before.text, action,
			    (int)next.length, next.text);
	else
		return false;
	return true;
}

static bool hint_brace(struct parser *parser)
{
	struct token before = word_before(&parser->token);
	struct token next = peek_token(parser);

	if (!before.length || !match_clause(&before).word)
		return false;
	if (next.kind == TOKEN_NEWLINE || next.kind == TOKEN_END)
		report_hint(parser->diagnostics,
			    "a rule is one line: 'jump NAME %.*s' runs the "
			    "rules of 'sublist NAME {'",
			    (int)before.length, before.text);
	else if (has_ports(&before))
		report_hint(parser->diagnostics,
			    "did you mean '%.*s to port { ... }'?",
			    (int)before.length, before.text);
	else if (token_is(&before, "icmp") || token_is(&before, "icmp6"))
		report_hint(parser->diagnostics,
			    "did you mean '%.*s type { ... }'?",
			    (int)before.length, before.text);
	else
		return false;
	return true;
}

static bool hint_port(struct parser *parser)
{
	struct diagnostics ignored = { 0 };
	struct lexer ahead = parser->lexer;
	const char *sign = "";
	struct token next;

	ahead.diagnostics = &ignored;
	lexer_next(&ahead, &next);
	while (token_is_sign(&next, '!') || token_is_sign(&next, '=')) {
		if (token_is_sign(&next, '!'))
			sign = "!";
		lexer_next(&ahead, &next);
	}
	diagnostics_free(&ignored);
	if (!is_value(&next))
		return false;
	report_hint(parser->diagnostics,
		    "write 'to port %s%.*s' or 'from port %s%.*s'", sign,
		    (int)next.length, next.text, sign, (int)next.length,
		    next.text);
	return true;
}

/* For a token where a clause should start. False: there is no hint for it. */
bool hint_instead(struct parser *parser)
{
	if (token_is_sign(&parser->token, ','))
		return hint_comma(parser);
	if (token_is_sign(&parser->token, '{'))
		return hint_brace(parser);
	if (token_is(&parser->token, "port"))
		return hint_port(parser);
	return false;
}
