// SPDX-License-Identifier: GPL-2.0-only
/* Spans of time: a number and its unit, as in '30s' or '2d'. */
#include "parser.h"

static uint64_t unit_seconds(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 24 * 3600;
	default:
		return 0;
	}
}

static bool fail_time(struct parser *parser, const struct token *token)
{
	int length = token->length < 40 ? token->length : 40;
	uint64_t number;

	fail_at(parser, token->place,
		"a time is a number and a unit, such as '10m', not '%.*s'",
		length, token->text);
	if (read_number(token->text, token->length, &number))
		report_hint(parser->diagnostics,
			    "did you mean '%.*ss', '%.*sm' or '%.*sh'?", length,
			    token->text, length, token->text, length,
			    token->text);
	else
		report_hint(parser->diagnostics,
			    "the units are 's', 'm', 'h' and 'd', and a time "
			    "has one of them");
	return false;
}

bool parse_time(struct parser *parser, uint32_t *seconds)
{
	const struct token token = parser->token;
	uint64_t unit, number;

	if (token.kind != TOKEN_VALUE)
		return fail_expected(parser, "a time, such as '10m'");
	unit = unit_seconds(token.text[token.length - 1]);
	if (!unit || !read_number(token.text, token.length - 1, &number))
		return fail_time(parser, &token);
	if (!number)
		return fail_at(parser, token.place,
			       "a time of at least 1s "
			       "goes here");
	if (number > POLICY_SET_TIME_MAX / unit)
		return fail_at(parser, token.place,
			       "'%.*s' is longer than a year, '365d'",
			       (int)(token.length < 40 ? token.length : 40),
			       token.text);
	*seconds = number * unit;
	advance(parser);
	return true;
}
