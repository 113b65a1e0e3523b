// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a policy sends by itself: 'log' in a rule, and the limits of events and
 * answers, the statements 'logs' and 'replies'
 */
#include "lib/utf8.h"
#include "parser.h"
#include "policy/language/rate.h"

/* --- log ["TEXT"] */

static bool check_text(struct parser *parser, const struct token *text)
{
	size_t length;

	if (!text->length)
		return fail_at(parser, text->place,
			       "an empty text: leave it out");
	if (text->length > POLICY_LOG_MAX)
		return fail_at(parser, text->place,
			       "the text of a 'log' has %d bytes at most",
			       POLICY_LOG_MAX);
	for (size_t i = 0; i < text->length; i += length) {
		const char *c = text->text + i;

		length = utf8_length(c, text->length - i);
		if (utf8_is_control(c, length))
			return fail_at(parser, text->place,
				       "the text of a 'log' has no control "
				       "characters, such as 0x%02x",
				       (unsigned char)c[length - 1]);
		if (!length)
			return fail_at(parser, text->place,
				       "the text of a 'log' is not UTF-8");
	}
	return true;
}

bool parse_log(struct parser *parser, struct policy_place place)
{
	struct policy_change change = { .kind = POLICY_LOG };
	const struct token text = parser->token;

	if (text.kind == TOKEN_STRING) {
		if (!check_text(parser, &text))
			return false;
		change.text = text.text;
		change.text_length = text.length;
		advance(parser);
	}
	return add_change(parser, &change, place);
}

/* --- statements */

static const struct sent_kind {
	const char *word, *what, *plural, *usual;
} sent_kinds[] = {
	{ "replies", "the limit of replies", "replies", "1000/s burst 1000" },
	{ "logs", "the limit of logs", "events", "100/s burst 100" },
};

static bool fail_second(struct parser *parser, const struct sent_kind *kind,
			struct policy_place first, struct policy_place place)
{
	return fail_at(parser, place, "%s is already set in %s, line %u",
		       kind->what, policy_file(parser->policy, first.file),
		       first.line);
}

static bool parse_sent_rate(struct parser *parser, const struct sent_kind *kind,
			    struct policy_rate *rate)
{
	struct policy_place place = parser->token.place;

	if (!parse_rate(parser, rate))
		return false;
	if (rate->is_of_size) {
		fail_at(parser, place,
			"%s are limited by their number, not by bits",
			kind->plural);
		report_hint(parser->diagnostics,
			    "'%s %s' is the limit without this line",
			    kind->word, kind->usual);
		return false;
	}
	rate->burst = rate_default_sent_burst(rate);
	return !accept_word(parser, "burst") || parse_burst(parser, rate);
}

static bool parse_sent(struct parser *parser, const struct sent_kind *kind,
		       struct policy_sent_limit *limit)
{
	struct policy_sent_limit read = { .place = parser->token.place };

	advance(parser);
	if (parser->opened.line)
		return fail_at(parser, read.place,
			       "'%s' is for the whole policy: it cannot be in "
			       "a sub-list",
			       kind->word);
	if (limit->place.line)
		return fail_second(parser, kind, limit->place, read.place);
	read.is_unlimited = accept_word(parser, "unlimited");
	if (!read.is_unlimited && !parse_sent_rate(parser, kind, &read.rate))
		return false;
	*limit = read;
	return true;
}

bool parse_replies(struct parser *parser)
{
	return parse_sent(parser, &sent_kinds[0], &parser->policy->replies);
}

bool parse_logs(struct parser *parser)
{
	return parse_sent(parser, &sent_kinds[1], &parser->policy->logs);
}
