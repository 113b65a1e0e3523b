// SPDX-License-Identifier: GPL-2.0-only
/* Rates and bursts: '50/s', '10mbit', '100', '64kb' */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "parser.h"
#include "policy/language/print/print.h"
#include "policy/language/rate_unit.h"

#define QUOTED_MAX 40

/* A number and what follows it without a space; false: no such number. */
struct quantity {
	uint64_t number;
	const char *unit;
	size_t unit_length;
};

static bool read_quantity(const struct token *token, struct quantity *quantity)
{
	size_t digits = 0;

	while (digits < token->length && token->text[digits] >= '0' &&
	       token->text[digits] <= '9')
		digits++;
	quantity->unit = token->text + digits;
	quantity->unit_length = token->length - digits;
	return read_number(token->text, digits, &quantity->number);
}

static int quoted(const struct token *token)
{
	return token->length < QUOTED_MAX ? token->length : QUOTED_MAX;
}

/* --- rates */

/* Words of nft, iptables and tc. */
static bool hint_rate(struct parser *parser, const struct quantity *quantity)
{
	static const struct rate_unit bytes[] = {
		{ "tbps", 8 },	 { "gbps", 8 },	  { "mbps", 8 },
		{ "kbps", 8 },	 { "bps", 8 },	  { "bytes", 8 },
		{ "kbytes", 8 }, { "mbytes", 8 }, { 0 },
	};
	const struct rate_unit *unit =
		rate_unit_named(bytes, quantity->unit, quantity->unit_length);
	char prefix;

	if (!unit || quantity->number > UINT64_MAX / unit->factor)
		return false;
	prefix = unit->word[0] == 'b' ? '\0' : unit->word[0];
	report_hint(parser->diagnostics,
		    "'%.*s' are bytes a second: did you mean '%" PRIu64
		    "%.*sbit'?",
		    (int)quantity->unit_length, quantity->unit,
		    quantity->number * unit->factor, prefix != 0, &prefix);
	return true;
}

static bool fail_rate(struct parser *parser, const struct token *token)
{
	struct quantity quantity;
	bool has_number = read_quantity(token, &quantity);

	fail_at(parser, token->place,
		"a rate is a number of packets, such as '50/s', or of bits, "
		"such as '10mbit', not '%.*s'",
		quoted(token), token->text);
	if (has_number && !quantity.unit_length && quantity.number)
		report_hint(parser->diagnostics,
			    "did you mean '%.*s/s', or '%.*sbit'?",
			    quoted(token), token->text, quoted(token),
			    token->text);
	else if (memchr(token->text, '.', token->length))
		report_hint(parser->diagnostics,
			    "a rate has no point: '1500kbit' for '1.5mbit'");
	else if (!has_number || !hint_rate(parser, &quantity))
		report_hint(parser->diagnostics,
			    "the units are 'bit', 'kbit', 'mbit', 'gbit' and "
			    "'tbit', and 'kibit' and so on for multiples of "
			    "1024");
	return false;
}

static bool fail_per(struct parser *parser, const struct token *number)
{
	static const struct {
		const char *word;
		char unit;
	} foreign[] = {
		{ "second", 's' }, { "sec", 's' },  { "minute", 'm' },
		{ "min", 'm' },	   { "hour", 'h' }, { "hours", 'h' },
		{ "day", 'd' },	   { "days", 'd' },
	};

	fail_expected(parser, "'s', 'm', 'h' or 'd'");
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++) {
		if (token_is(&parser->token, foreign[i].word))
			report_hint(parser->diagnostics,
				    "did you mean '%.*s/%c'?", quoted(number),
				    number->text, foreign[i].unit);
	}
	return false;
}

static bool check_rate(struct parser *parser, const struct policy_rate *rate,
		       struct policy_place place)
{
	uint64_t most = rate->is_of_size ? RATE_BITS_MAX
					 : RATE_PACKETS_MAX * rate->seconds;

	if (!rate->amount) {
		fail_at(parser, place, "a limit lets something pass");
		report_hint(parser->diagnostics,
			    "the least is '1/d', and 'drop' without a limit "
			    "is less");
		return false;
	}
	if (rate->amount <= most)
		return true;
	return rate->is_of_size
		       ? fail_at(parser, place, "a rate is 1tbit at most")
		       : fail_at(parser, place,
				 "a rate is 100000000/s at most");
}

static bool parse_packets(struct parser *parser, const struct token *number,
			  struct policy_rate *rate)
{
	const struct rate_unit *unit = NULL;

	if (parser->token.kind == TOKEN_WORD)
		unit = rate_unit_named(time_units, parser->token.text,
				       parser->token.length);
	if (!unit)
		return fail_per(parser, number);
	rate->seconds = unit->factor;
	advance(parser);
	return true;
}

bool parse_rate(struct parser *parser, struct policy_rate *rate)
{
	const struct token token = parser->token;
	const struct rate_unit *unit;
	struct quantity quantity;

	*rate = (struct policy_rate){ .seconds = 1 };
	if (token.kind != TOKEN_VALUE)
		return fail_expected(parser, "a rate, such as '50/s' or "
					     "'10mbit'");
	if (!read_quantity(&token, &quantity))
		return fail_rate(parser, &token);
	rate->amount = quantity.number;
	if (!quantity.unit_length) {
		advance(parser);
		if (!accept_sign(parser, '/'))
			return fail_rate(parser, &token);
		return parse_packets(parser, &token, rate) &&
		       check_rate(parser, rate, token.place);
	}
	unit = rate_unit_named(bit_units, quantity.unit, quantity.unit_length);
	if (!unit)
		return fail_rate(parser, &token);
	rate->is_of_size = true;
	if (rate->amount > UINT64_MAX / unit->factor)
		rate->amount = UINT64_MAX;
	else
		rate->amount *= unit->factor;
	advance(parser);
	return check_rate(parser, rate, token.place);
}

/* --- bursts */

static bool fail_burst(struct parser *parser, const struct token *token,
		       bool is_of_size)
{
	struct quantity quantity;

	if (!is_of_size) {
		fail_at(parser, token->place,
			"the burst of a rate of packets is a number of "
			"packets, not '%.*s'",
			quoted(token), token->text);
		return false;
	}
	fail_at(parser, token->place,
		"the burst of a rate of bits is a number of bytes, such as "
		"'64kb', not '%.*s'",
		quoted(token), token->text);
	if (read_quantity(token, &quantity) && !quantity.unit_length)
		report_hint(parser->diagnostics, "did you mean '%.*sb'?",
			    quoted(token), token->text);
	else
		report_hint(parser->diagnostics,
			    "the units are 'b', 'kb', 'mb' and 'gb'");
	return false;
}

static bool check_burst(struct parser *parser, const struct policy_rate *rate,
			struct policy_place place)
{
	char text[BURST_TEXT_SIZE];
	struct policy_rate most = *rate;

	if (!rate->burst)
		return fail_at(parser, place,
			       "with a burst of 0 nothing would pass");
	if (rate_burst_time(rate) <= TG_LIMIT_BURST_MAX)
		return true;
	most.burst = rate_burst_max(rate);
	policy_burst_text(text, &most);
	fail_at(parser, place,
		"at this rate, such a burst lasts longer than half a year");
	report_hint(parser->diagnostics, "it can be %s at most", text);
	return false;
}

bool parse_burst(struct parser *parser, struct policy_rate *rate)
{
	const struct token token = parser->token;
	const struct rate_unit *unit = NULL;
	struct quantity quantity;
	bool has_unit;

	if (token.kind != TOKEN_VALUE)
		return fail_expected(parser, rate->is_of_size
						     ? "a size, such as '64kb'"
						     : "a number of packets");
	if (!read_quantity(&token, &quantity))
		return fail_burst(parser, &token, rate->is_of_size);
	has_unit = quantity.unit_length;
	if (rate->is_of_size)
		unit = rate_unit_named(byte_units, quantity.unit,
				       quantity.unit_length);
	if (has_unit != rate->is_of_size || (has_unit && !unit))
		return fail_burst(parser, &token, rate->is_of_size);
	rate->burst = quantity.number;
	if (unit && rate->burst > UINT64_MAX / unit->factor)
		rate->burst = UINT64_MAX;
	else if (unit)
		rate->burst *= unit->factor;
	advance(parser);
	return check_burst(parser, rate, token.place);
}
