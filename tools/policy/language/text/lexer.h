/* SPDX-License-Identifier: GPL-2.0-only */
/* From bytes to tokens, one at a time. */
#ifndef TG_POLICY_LEXER_H
#define TG_POLICY_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "diagnostic.h"
#include "source.h"

enum token_kind {
	TOKEN_END, /* of the file */
	TOKEN_NEWLINE,
	TOKEN_COMMENT, /* only where the lexer is asked for them */
	TOKEN_WORD,    /* letters first: pass, echo-request, eth0 */
	TOKEN_VALUE,   /* digits first, or colons in it: 80, 2001:db8::1 */
	TOKEN_STRING,  /* text is what stands between the quotes */
	TOKEN_SIGN,    /* one of { } , = ! / - */
	TOKEN_BAD,     /* has been reported; the rest of the line is skipped */
};

struct token {
	enum token_kind kind;
	const char *text; /* in the source */
	size_t length;
	struct policy_place place;
};

struct lexer {
	const char *at, *end, *line;
	struct policy_place place; /* of the next byte; column is not kept */
	bool with_comments;
	bool at_line_start;
	struct diagnostics *diagnostics;
};

void lexer_start(struct lexer *lexer, const struct source *source,
		 unsigned int file, struct diagnostics *diagnostics);
void lexer_next(struct lexer *lexer, struct token *token);

/*
 * Read the token again as the name of a device, in which more characters are
 * allowed than elsewhere. Only for the token that was read last.
 */
void lexer_again_as_device(struct lexer *lexer, struct token *token);

/* Go on at the end of this line, which becomes the next token. */
void lexer_skip_line(struct lexer *lexer);

bool token_is(const struct token *token, const char *text);
bool token_is_sign(const struct token *token, char sign);

#endif
