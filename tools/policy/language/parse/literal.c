// SPDX-License-Identifier: GPL-2.0-only
/* A single value: a number, an address, a MAC, or a word. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "parser.h"
#include "policy/language/value_text.h"

#define QUOTED_MAX 60

/*
 * Decimal, or hexadecimal with 0x. Leading zeros are not allowed: other tools
 * read such a number as octal.
 */
bool read_number(const char *text, size_t length, uint64_t *value)
{
	uint64_t base = 10, number = 0;

	if (length > 2 && text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
		length -= 2;
	} else if (length > 1 && text[0] == '0') {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		uint64_t digit = digit_value(text[i]);

		if (digit >= base || number > (UINT64_MAX - digit) / base)
			return false;
		number = number * base + digit;
	}
	*value = number;
	return length > 0;
}

/* For the syntax of other tools: "1024:2047", or "198.51.100.1:80". */
static void hint_colon(struct parser *parser, const struct token *token,
		       const char *what)
{
	const char *colon = memchr(token->text, ':', token->length);
	int before, after;

	if (!colon || token->length > QUOTED_MAX)
		return;
	before = colon - token->text;
	after = token->length - before - 1;
	if (!before || !after ||
	    strspn(colon + 1, "0123456789") < (size_t)after)
		return;
	if (strspn(token->text, "0123456789") == (size_t)before &&
	    what == kind_name(KIND_ADDRESS))
		report_hint(parser->diagnostics,
			    "write a range of ports as 'port %.*s-%.*s'",
			    before, token->text, after, colon + 1);
	else if (strspn(token->text, "0123456789") == (size_t)before)
		report_hint(parser->diagnostics,
			    "write a range with a dash: '%.*s-%.*s'", before,
			    token->text, after, colon + 1);
	else if (strspn(token->text, "0123456789.") == (size_t)before)
		report_hint(parser->diagnostics,
			    "write address and port as '%.*s port %.*s'",
			    before, token->text, after, colon + 1);
}

static bool fail_value(struct parser *parser, const struct token *token,
		       const char *what)
{
	int length = token->length < QUOTED_MAX ? token->length : QUOTED_MAX;
	bool has_colon = memchr(token->text, ':', token->length);
	bool has_dot = memchr(token->text, '.', token->length);

	if (has_colon)
		fail_at(parser, token->place,
			"'%.*s' is neither an IPv6 address nor a MAC", length,
			token->text);
	else if (has_dot)
		fail_at(parser, token->place, "'%.*s' is not an IPv4 address",
			length, token->text);
	else
		fail_at(parser, token->place, "'%.*s' is not a number", length,
			token->text);
	if (!has_dot && !has_colon && length > 1 && *token->text == '0')
		report_hint(parser->diagnostics,
			    "numbers are decimal without leading zeros, or "
			    "hexadecimal with '0x'");
	hint_colon(parser, token, what);
	return false;
}

/* The kind follows from the characters; the field is not needed. */
static bool read_value(struct parser *parser, const struct token *token,
		       const char *what, enum item_kind *kind,
		       struct policy_value *value)
{
	if (memchr(token->text, ':', token->length)) {
		*kind = ITEM_MAC;
		if (text_to_mac(token->text, token->length, value))
			return true;
		*kind = ITEM_IP6;
		if (text_to_address(token->text, token->length, true, value))
			return true;
	} else if (memchr(token->text, '.', token->length)) {
		*kind = ITEM_IP4;
		if (text_to_address(token->text, token->length, false, value))
			return true;
	} else {
		*kind = ITEM_NUMBER;
		*value = (struct policy_value){ 0 };
		if (read_number(token->text, token->length, &value->lo))
			return true;
	}
	return fail_value(parser, token, what);
}

bool parse_literal(struct parser *parser, const char *what,
		   enum item_kind *kind, bool *is_word,
		   struct policy_value *value)
{
	const struct token token = parser->token;

	*is_word = token.kind == TOKEN_WORD;
	if (*is_word) {
		if (is_set_name(&token))
			return fail_set_as_value(parser, &token);
		*kind = ITEM_NUMBER;
		*value = (struct policy_value){ token.length,
						(uintptr_t)token.text };
	} else if (token.kind != TOKEN_VALUE) {
		return fail_expected(parser, what);
	} else if (!read_value(parser, &token, what, kind, value)) {
		return false;
	}
	advance(parser);
	return true;
}

bool parse_number(struct parser *parser, const char *what, uint64_t max,
		  uint64_t *value)
{
	const struct token token = parser->token;

	if (token.kind != TOKEN_VALUE)
		return fail_expected(parser, what);
	if (!read_number(token.text, token.length, value))
		return fail_value(parser, &token, what);
	if (*value > max)
		return fail_at(parser, token.place,
			       "%s can be at most %llu, not %.*s", what,
			       (unsigned long long)max,
			       (int)(token.length < 40 ? token.length : 40),
			       token.text);
	advance(parser);
	return true;
}

/* The prefix length of a netmask; -1 if the mask is not a prefix. */
static int mask_length(uint32_t mask)
{
	uint32_t rest = ~mask;

	return rest & (rest + 1) ? -1 : 32 - __builtin_popcount(rest);
}

static bool fail_mask(struct parser *parser, const struct token *token)
{
	struct policy_value mask;
	bool is_mask =
		token->kind == TOKEN_VALUE &&
		text_to_address(token->text, token->length, false, &mask);

	if (!is_mask)
		return fail_expected(parser, "the length of a prefix");
	fail_at(parser, token->place,
		"write a prefix with its length, not with a mask");
	if (mask_length(mask.lo) >= 0)
		report_hint(parser->diagnostics, "did you mean '/%d'?",
			    mask_length(mask.lo));
	return false;
}

static void hint_prefix(struct parser *parser, const struct item *item,
			struct policy_value host, unsigned int length)
{
	uint64_t hi = item->first.hi & ~host.hi, lo = item->first.lo & ~host.lo;
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];

	for (int i = 0; i < 8; i++) {
		bytes[i] = hi >> (56 - 8 * i);
		bytes[8 + i] = lo >> (56 - 8 * i);
	}
	if (item->kind == ITEM_IP4)
		inet_ntop(AF_INET, bytes + 12, text, sizeof(text));
	else
		inet_ntop(AF_INET6, bytes, text, sizeof(text));
	report_hint(parser->diagnostics, "did you mean '%s/%u'?", text, length);
}

/* Parse the length after the '/', and make the address in item a prefix. */
bool parse_prefix(struct parser *parser, struct item *item)
{
	bool is_ip6 = item->kind == ITEM_IP6;
	struct policy_value host;
	struct token token;
	uint64_t length;

	advance(parser);
	token = parser->token;
	if (token.kind != TOKEN_VALUE || memchr(token.text, '.', token.length))
		return fail_mask(parser, &token);
	if (!parse_number(parser,
			  is_ip6 ? "the length of an IPv6 prefix"
				 : "the length of an IPv4 prefix",
			  is_ip6 ? 128 : 32, &length))
		return false;
	host = host_bits(is_ip6, length);
	if ((item->first.hi & host.hi) || (item->first.lo & host.lo)) {
		fail_at(parser, item->place,
			"the address has bits set beyond the prefix length /%u",
			(unsigned int)length);
		hint_prefix(parser, item, host, length);
		return false;
	}
	item->last.hi = item->first.hi | host.hi;
	item->last.lo = item->first.lo | host.lo;
	return true;
}
