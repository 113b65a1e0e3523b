// SPDX-License-Identifier: GPL-2.0-only
/* The items of a set, before their field is known. */
#include "parser.h"

static bool parse_range_end(struct parser *parser, struct item *item)
{
	struct policy_place place = parser->token.place;
	enum item_kind kind;

	advance(parser);
	if (!parse_literal(parser, "the end of the range", &kind,
			   &item->last_is_word, &item->last))
		return false;
	if (kind != item->kind)
		return fail_at(parser, place,
			       "the ends of a range must be of the same kind");
	if (item->first_is_word || item->last_is_word)
		return true; /* the field decides which is greater */
	if (value_compare(item->first, item->last) > 0) {
		fail_at(parser, item->place,
			"this range ends before it starts");
		report_hint(parser->diagnostics,
			    "write the smaller value first");
		return false;
	}
	return true;
}

static bool parse_item(struct parser *parser, const char *what,
		       struct item *item)
{
	*item = (struct item){ .place = parser->token.place };
	if (token_is_sign(&parser->token, '!')) {
		fail_at(parser, parser->token.place,
			"'!' negates a whole set: write it before the set");
		return false;
	}
	if (!parse_literal(parser, what, &item->kind, &item->first_is_word,
			   &item->first))
		return false;
	item->last = item->first;
	item->last_is_word = item->first_is_word;

	if (token_is_sign(&parser->token, '-'))
		return parse_range_end(parser, item);
	if (token_is_sign(&parser->token, '/')) {
		if (item->kind != ITEM_IP4 && item->kind != ITEM_IP6) {
			fail_at(parser, parser->token.place,
				"only an address has a '/' after it");
			hint_slash(parser, what);
			return false;
		}
		return parse_prefix(parser, item);
	}
	return true;
}

static bool parse_and_take(struct parser *parser, const char *what,
			   take_item *take, void *context)
{
	struct item item;

	return parse_item(parser, what, &item) && take(parser, &item, context);
}

/* After an error, skip to the start of the next item. */
static void skip_item(struct parser *parser)
{
	while (!is_line_end(parser) && !token_is_sign(&parser->token, ',') &&
	       !token_is_sign(&parser->token, '}'))
		advance(parser);
	accept_sign(parser, ',');
}

/*
 * True if the '}' is missing: the file ends, or a line starts with a word that
 * starts a statement.
 */
bool is_left_open(struct parser *parser, bool at_line_start)
{
	if (parser->token.kind == TOKEN_END)
		return true;
	parser->resume = at_line_start && is_statement(&parser->token);
	return parser->resume;
}

bool skip_newlines(struct parser *parser)
{
	bool skipped = false;

	while (parser->token.kind == TOKEN_NEWLINE) {
		advance(parser);
		skipped = true;
	}
	return skipped;
}

static bool parse_separator(struct parser *parser)
{
	skip_newlines(parser);
	if (accept_sign(parser, ',') || token_is_sign(&parser->token, '}') ||
	    parser->token.kind == TOKEN_END || is_statement(&parser->token))
		return true;
	fail_expected(parser, "',' or '}'");
	hint_separator(parser);
	return false;
}

static bool parse_in_braces(struct parser *parser, const char *what,
			    take_item *take, void *context)
{
	struct policy_place open = parser->token.place;
	bool all_good = true;

	advance(parser);
	while (!parser->is_over) {
		/* the line may have ended after a ',' */
		bool at_line_start = skip_newlines(parser) ||
				     parser->token.place.column == 1;

		if (is_left_open(parser, at_line_start))
			return fail_at(parser, open, "this '{' has no '}'");
		if (accept_sign(parser, '}'))
			return all_good;
		if (!parse_and_take(parser, what, take, context)) {
			all_good = false;
			skip_item(parser);
		} else if (!parse_separator(parser)) {
			all_good = false;
		}
	}
	return false;
}

bool parse_items(struct parser *parser, const char *what, take_item *take,
		 void *context)
{
	if (token_is_sign(&parser->token, '{'))
		return parse_in_braces(parser, what, take, context);
	return parse_and_take(parser, what, take, context);
}
