// SPDX-License-Identifier: GPL-2.0-only
#include "format.h"

#include <errno.h>

#include "policy/language/text/lexer.h"

struct formatter {
	FILE *out;
	struct lexer lexer;
	struct token token, before; /* before: of this line, or a NEWLINE */
	bool is_range; /* the last token joined values to a range */
	bool in_sublist, in_set, in_flags;
	bool starts_sublist;
	bool after_empty_line; /* print one before the next text */
	bool has_text;
};

static bool is_sign(const struct token *token, const char *signs)
{
	for (; *signs; signs++) {
		if (token_is_sign(token, *signs))
			return true;
	}
	return false;
}

/* Join only values: a dash after a word would become part of the word. */
static bool joins_values(const struct formatter *formatter)
{
	struct lexer ahead = formatter->lexer;
	struct token next;

	if (!token_is_sign(&formatter->token, '-') ||
	    formatter->before.kind != TOKEN_VALUE)
		return false;
	lexer_next(&ahead, &next);
	return next.kind == TOKEN_VALUE;
}

static bool needs_space(const struct formatter *formatter)
{
	if (is_sign(&formatter->token, ",/") ||
	    is_sign(&formatter->before, "/!"))
		return false;
	/* no space in flags: syn,ack */
	if (formatter->in_flags && is_sign(&formatter->before, ","))
		return false;
	return !formatter->is_range;
}

static void put_indent(const struct formatter *formatter)
{
	int depth = formatter->in_sublist + formatter->in_set;

	if (token_is_sign(&formatter->token, '}'))
		depth--;
	for (int i = 0; i < depth; i++)
		fputc('\t', formatter->out);
}

static void put_token(struct formatter *formatter)
{
	const struct token *token = &formatter->token;
	bool quoted = token->kind == TOKEN_STRING;
	bool joins = joins_values(formatter);

	if (formatter->before.kind == TOKEN_NEWLINE) {
		if (formatter->after_empty_line && formatter->has_text &&
		    !token_is_sign(token, '}'))
			fputc('\n', formatter->out);
		formatter->after_empty_line = false;
		put_indent(formatter);
	} else if (!joins && needs_space(formatter)) {
		fputc(' ', formatter->out);
	}
	fputs(quoted ? "\"" : "", formatter->out);
	fwrite(token->text, 1, token->length, formatter->out);
	fputs(quoted ? "\"" : "", formatter->out);
	formatter->is_range = joins;
	formatter->has_text = true;
}

/* Update the state after a token. */
static void track_token(struct formatter *formatter)
{
	const struct token *token = &formatter->token;

	if (token_is(token, "sublist") &&
	    formatter->before.kind == TOKEN_NEWLINE)
		formatter->starts_sublist = true;
	if (token_is_sign(token, '{')) {
		formatter->in_sublist |= formatter->starts_sublist;
		formatter->in_set = !formatter->starts_sublist;
	}
	if (token_is_sign(token, '}')) {
		formatter->in_sublist &= formatter->in_set;
		formatter->in_set = false;
	}
	if (token_is(token, "flags"))
		formatter->in_flags = true;
	else if (token->kind == TOKEN_WORD &&
		 !is_sign(&formatter->before, ",/!") &&
		 !token_is(&formatter->before, "flags"))
		formatter->in_flags = false;
}

static void end_line(struct formatter *formatter)
{
	if (formatter->before.kind == TOKEN_NEWLINE) {
		formatter->after_empty_line = true;
	} else {
		fputc('\n', formatter->out);
		/* no empty line after a '{' */
		if (token_is_sign(&formatter->before, '{'))
			formatter->has_text = false;
		else
			formatter->has_text = true;
	}
	formatter->starts_sublist = false;
	formatter->in_flags = false;
	formatter->is_range = false;
}

/* The device of "redirect to [ingress] DEVICE" may contain signs. */
static void read_device(struct formatter *formatter, const struct token *two)
{
	const struct token *before = &formatter->before;
	bool is_to = token_is(before, "to") &&
		     (token_is(two, "redirect") || token_is(two, "mirror"));
	bool is_ingress = token_is(before, "ingress") && token_is(two, "to");

	if (!is_to && !is_ingress)
		return;
	if (is_to && token_is(&formatter->token, "ingress"))
		return;
	lexer_again_as_device(&formatter->lexer, &formatter->token);
}

int policy_format(FILE *out, const struct source *source)
{
	struct diagnostics ignored = { 0 };
	struct token two = { .kind = TOKEN_NEWLINE };
	struct formatter formatter = {
		.out = out,
		.before = { .kind = TOKEN_NEWLINE },
	};

	lexer_start(&formatter.lexer, source, 0, &ignored);
	formatter.lexer.with_comments = true;
	for (;;) {
		lexer_next(&formatter.lexer, &formatter.token);
		if (formatter.token.kind == TOKEN_END ||
		    formatter.token.kind == TOKEN_BAD)
			break;
		if (formatter.token.kind == TOKEN_NEWLINE) {
			end_line(&formatter);
		} else {
			read_device(&formatter, &two);
			put_token(&formatter);
			track_token(&formatter);
		}
		two = formatter.before;
		formatter.before = formatter.token;
	}
	if (formatter.before.kind != TOKEN_NEWLINE)
		fputc('\n', out);
	diagnostics_free(&ignored);
	return formatter.token.kind == TOKEN_BAD ? -EINVAL : 0;
}
