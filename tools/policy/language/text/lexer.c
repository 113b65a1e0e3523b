// SPDX-License-Identifier: GPL-2.0-only
#include "lexer.h"

#include <string.h>

#include "policy/language/limits.h"

#define BINARY_SAMPLE 8192
static const char byte_order_mark[] = "\xef\xbb\xbf";

/* The functions of ctype.h depend on the locale. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_in_value(char c)
{
	return is_letter(c) || is_digit(c) || c == '.' || c == ':';
}

static bool is_sign(char c)
{
	return c && strchr("{},=!/-", c);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct policy_place place_of(const struct lexer *lexer, const char *at)
{
	struct policy_place place = lexer->place;

	place.column = at - lexer->line + 1;
	return place;
}

void lexer_skip_line(struct lexer *lexer)
{
	const char *newline = memchr(lexer->at, '\n', lexer->end - lexer->at);

	lexer->at = newline ? newline : lexer->end;
}

void lexer_start(struct lexer *lexer, const struct source *source,
		 unsigned int file, struct diagnostics *diagnostics)
{
	size_t sample =
		source->size < BINARY_SAMPLE ? source->size : BINARY_SAMPLE;

	*lexer = (struct lexer){
		.at = source->text,
		.end = source->text + source->size,
		.line = source->text,
		.place = { .file = file, .line = 1 },
		.at_line_start = true,
		.diagnostics = diagnostics,
	};
	if (sample && memchr(source->text, 0, sample)) {
		struct policy_place whole = { .file = file };

		report_error(diagnostics, whole,
			     "not a text file: it contains NUL bytes");
		lexer->at = lexer->end;
	} else if (sample >= 3 && !memcmp(source->text, byte_order_mark, 3)) {
		lexer->at += 3;
	}
}

bool token_is(const struct token *token, const char *text)
{
	return token->kind == TOKEN_WORD && token->length == strlen(text) &&
	       !memcmp(token->text, text, token->length);
}

bool token_is_sign(const struct token *token, char sign)
{
	return token->kind == TOKEN_SIGN && *token->text == sign;
}

static void token_bad(struct lexer *lexer, struct token *token)
{
	token->kind = TOKEN_BAD;
	lexer_skip_line(lexer);
}

static void read_bad_character(struct lexer *lexer, struct token *token)
{
	unsigned char c = *lexer->at;

	if (c >= 0x80)
		report_error(lexer->diagnostics, token->place,
			     "characters outside of ASCII are allowed only in "
			     "comments and file names");
	else if (c < ' ' || c == 0x7f)
		report_error(lexer->diagnostics, token->place,
			     "unexpected byte 0x%02x", c);
	else
		report_error(lexer->diagnostics, token->place,
			     "unexpected '%c'", c);
	if (c == ';')
		report_hint(lexer->diagnostics,
			    "write one rule per line; '#' starts a comment");
	else if (c == '$')
		report_hint(lexer->diagnostics,
			    "write the name of a list without a '$'");
	else if (c == '<' || c == '>')
		report_hint(lexer->diagnostics,
			    "write a range with both ends: '1024-65535'");
	token_bad(lexer, token);
}

static void read_string(struct lexer *lexer, struct token *token)
{
	const char *at = lexer->at + 1;

	while (at < lexer->end && *at != '"' && *at != '\n')
		at++;
	if (at == lexer->end || *at != '"') {
		report_error(lexer->diagnostics, token->place,
			     "the closing '\"' is missing");
		token_bad(lexer, token);
		return;
	}
	token->kind = TOKEN_STRING;
	token->text = lexer->at + 1;
	token->length = at - token->text;
	lexer->at = at + 1;
}

/*
 * A dash is part of a word (echo-request), but separates the ends of a range
 * (80-90, ::1-::9). After a colon it always separates.
 */
static void read_word(struct lexer *lexer, struct token *token)
{
	const char *at = lexer->at + (*lexer->at == '@');
	bool is_word = at < lexer->end && is_letter(*at);

	for (;;) {
		while (at < lexer->end && is_in_value(*at))
			is_word &= *at++ != ':';
		if (!is_word || lexer->end - at < 2 || *at != '-' ||
		    !(is_letter(at[1]) || is_digit(at[1])))
			break;
		at++;
	}
	is_word |= *lexer->at == '@';
	if (at < lexer->end && (unsigned char)*at >= 0x80) {
		lexer->at = at;
		token->place = place_of(lexer, at);
		read_bad_character(lexer, token);
		return;
	}
	token->kind = is_word ? TOKEN_WORD : TOKEN_VALUE;
	token->length = at - lexer->at;
	lexer->at = at;
}

/* Reject lines that are too long before they are split into tokens. */
static bool check_line(struct lexer *lexer)
{
	size_t left = lexer->end - lexer->at;
	size_t longest = left < POLICY_LINE_MAX ? left : POLICY_LINE_MAX;

	lexer->at_line_start = false;
	if (left <= POLICY_LINE_MAX || memchr(lexer->at, '\n', longest))
		return true;
	report_error(lexer->diagnostics, place_of(lexer, lexer->at),
		     "the line has more than %d bytes", POLICY_LINE_MAX);
	report_hint(lexer->diagnostics,
		    "a set in braces may span several lines");
	return false;
}

static bool is_newline(const struct lexer *lexer)
{
	return *lexer->at == '\n' ||
	       (*lexer->at == '\r' && lexer->at + 1 < lexer->end &&
		lexer->at[1] == '\n');
}

static void read_newline(struct lexer *lexer, struct token *token)
{
	token->kind = TOKEN_NEWLINE;
	token->length = *lexer->at == '\r' ? 2 : 1;
	lexer->at += token->length;
	lexer->line = lexer->at;
	lexer->place.line++;
	lexer->at_line_start = true;
}

static void read_comment(struct lexer *lexer, struct token *token)
{
	lexer_skip_line(lexer);
	token->kind = TOKEN_COMMENT;
	token->length = lexer->at - token->text;
	while (token->length && strchr(" \t\r", token->text[token->length - 1]))
		token->length--;
}

static void skip_blanks(struct lexer *lexer)
{
	while (lexer->at < lexer->end && is_blank(*lexer->at))
		lexer->at++;
	if (lexer->at < lexer->end && *lexer->at == '#' &&
	    !lexer->with_comments)
		lexer_skip_line(lexer);
}

static void start_token(struct lexer *lexer, struct token *token)
{
	*token = (struct token){
		.kind = TOKEN_END,
		.text = lexer->at,
		.length = 0,
		.place = place_of(lexer, lexer->at),
	};
}

void lexer_next(struct lexer *lexer, struct token *token)
{
	if (lexer->at_line_start && !check_line(lexer)) {
		start_token(lexer, token);
		token_bad(lexer, token);
		return;
	}
	skip_blanks(lexer);
	start_token(lexer, token);
	if (lexer->at == lexer->end)
		return;

	if (is_newline(lexer)) {
		read_newline(lexer, token);
	} else if (*lexer->at == '#') {
		read_comment(lexer, token);
	} else if (*lexer->at == '"') {
		read_string(lexer, token);
	} else if (is_in_value(*lexer->at) || *lexer->at == '@') {
		read_word(lexer, token);
	} else if (is_sign(*lexer->at)) {
		token->kind = TOKEN_SIGN;
		token->length = 1;
		lexer->at++;
	} else {
		read_bad_character(lexer, token);
	}
}

void lexer_again_as_device(struct lexer *lexer, struct token *token)
{
	const char *at = token->text;

	if (token->kind != TOKEN_WORD && token->kind != TOKEN_VALUE &&
	    token->kind != TOKEN_SIGN)
		return;
	while (lexer->end > at && *at > ' ' && *at != 0x7f && *at != '#' &&
	       *at != '"')
		at++;
	token->kind = TOKEN_WORD;
	token->length = at - token->text;
	lexer->at = at;
}
