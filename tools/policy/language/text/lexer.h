/* SPDX-License-Identifier: GPL-2.0-only */
/* The lexer: splits a source into tokens. */
#ifndef TG_POLICY_LEXER_H
#define TG_POLICY_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "diagnostic.h"
#include "source.h"

enum token_kind {
	TOKEN_END, /* of the file */
	TOKEN_NEWLINE,
	TOKEN_COMMENT, /* only if the lexer is with_comments */
	TOKEN_WORD,    /* starts with a letter: pass, echo-request, eth0 */
	TOKEN_VALUE,   /* starts with a digit or has colons: 80, 2001:db8::1 */
	TOKEN_STRING,  /* text is between the quotes */
	TOKEN_SIGN,    /* one of { } , = ! / - */
	TOKEN_BAD,     /* reported; the rest of the line is skipped */
};

struct token {
	enum token_kind kind;
	const char *text; /* points into the source */
	size_t length;
	struct policy_place place;
};

struct lexer {
	const char *at, *end, *line;
	struct policy_place place; /* of the next byte; column is unused */
	bool with_comments;
	bool at_line_start;
	struct diagnostics *diagnostics;
};

void lexer_start(struct lexer *lexer, const struct source *source,
		 unsigned int file, struct diagnostics *diagnostics);
void lexer_next(struct lexer *lexer, struct token *token);

/*
 * Read the last token again as the name of a device, which may contain more
 * characters than other words.
 */
void lexer_again_as_device(struct lexer *lexer, struct token *token);

/* Skip to the end of the line; the newline is the next token. */
void lexer_skip_line(struct lexer *lexer);

bool token_is(const struct token *token, const char *text);
bool token_is_sign(const struct token *token, char sign);

#endif
