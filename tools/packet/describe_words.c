// SPDX-License-Identifier: GPL-2.0-only
#include "describe_words.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "policy/language/value_text.h"

#define ADDRESS_SIZE 64 /* longer than any textual address */
#define SHOWN_MAX 60	/* bytes shown of a bad word */

static bool is_blank(char letter)
{
	return letter == ' ' || letter == '\t' || letter == '\r' ||
	       letter == '\n';
}

static bool is_arrow(const struct describe_reader *reader, size_t pos)
{
	return reader->text[pos] == '>' ||
	       (reader->text[pos] == '-' && pos + 1 < reader->size &&
		reader->text[pos + 1] == '>');
}

struct describe_span describe_peek(struct describe_reader *reader)
{
	const char *text = reader->text;
	size_t end;

	while (reader->pos < reader->size && is_blank(text[reader->pos]))
		reader->pos++;
	end = reader->pos;
	if (end < reader->size && is_arrow(reader, end))
		end += text[end] == '>' ? 1 : 2;
	else
		while (end < reader->size && !is_blank(text[end]) &&
		       text[end] != '#' && !is_arrow(reader, end))
			end++;
	return (struct describe_span){ text + reader->pos, end - reader->pos };
}

struct describe_span describe_next(struct describe_reader *reader)
{
	struct describe_span span = describe_peek(reader);

	reader->pos += span.size;
	return span;
}

bool describe_span_is(struct describe_span span, const char *word)
{
	return strlen(word) == span.size && !memcmp(span.at, word, span.size);
}

struct describe_span describe_span_part(struct describe_span *rest)
{
	const char *comma = memchr(rest->at, ',', rest->size);
	struct describe_span part = { rest->at,
				      comma ? (size_t)(comma - rest->at)
					    : rest->size };

	rest->at += part.size + !!comma;
	rest->size -= part.size + !!comma;
	return part;
}

int describe_refuse(struct describe_reader *reader, struct describe_span span,
		    const char *format, ...)
{
	struct describe_error *error = reader->error;
	va_list args;

	*error = (struct describe_error){
		.column = span.at - reader->text + 1,
		.length = span.size ? span.size : 1,
	};
	va_start(args, format);
	vsnprintf(error->message, sizeof(error->message), format, args);
	va_end(args);
	/* remove control characters: messages quote untrusted text */
	for (char *letter = error->message; *letter; letter++) {
		if (iscntrl((unsigned char)*letter))
			*letter = '?';
	}
	return -EINVAL;
}

int describe_refuse_word(struct describe_reader *reader,
			 struct describe_span span, const char *what)
{
	if (!span.size)
		return describe_refuse(reader, span,
				       "%s, and the line has ended", what);
	if (span.size > SHOWN_MAX)
		return describe_refuse(reader, span, "%s: '%.*s...'", what,
				       SHOWN_MAX, span.at);
	return describe_refuse(reader, span, "%s: '%.*s'", what, (int)span.size,
			       span.at);
}

int describe_hint(struct describe_reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->error->hint, sizeof(reader->error->hint), format,
		  args);
	va_end(args);
	return -EINVAL;
}

int describe_hint_best(struct describe_reader *reader,
		       const struct suggestion *suggestion)
{
	if (!suggestion->best)
		return -EINVAL;
	return describe_hint(reader, "did you mean '%.*s'?",
			     (int)suggestion->best_length, suggestion->best);
}

int describe_hint_word(struct describe_reader *reader,
		       struct describe_span span, enum word_table table)
{
	struct suggestion suggestion = suggest_for(span.at, span.size);
	const char *name;
	uint32_t value;

	for (size_t n = 0; (name = word_at(table, n, &value)); n++)
		suggest(&suggestion, name, strlen(name));
	return describe_hint_best(reader, &suggestion);
}

static bool read_number(struct describe_span span, uint32_t max,
			uint32_t *value)
{
	bool hex = span.size > 2 && span.at[0] == '0' && span.at[1] == 'x';
	uint64_t number = 0;

	if (!span.size)
		return false;
	for (size_t i = hex ? 2 : 0; i < span.size; i++) {
		unsigned char letter = span.at[i];

		if (hex ? !isxdigit(letter) : !isdigit(letter))
			return false;
		number = hex ? number << 4 : number * 10;
		number += isdigit(letter) ? letter - '0'
					  : tolower(letter) - 'a' + 10;
		if (number > max)
			return false;
	}
	*value = number;
	return true;
}

int describe_value(struct describe_reader *reader, struct describe_span span,
		   const char *what, enum word_table table, uint32_t max,
		   uint32_t *value)
{
	if (read_number(span, max, value))
		return 0;
	if (table != NO_WORDS && span.size &&
	    word_value(table, span.at, span.size, value) && *value <= max)
		return 0;
	describe_refuse_word(reader, span, what);
	if (span.size && isdigit((unsigned char)span.at[0]))
		return describe_hint(reader, "numbers go from 0 to %u", max);
	if (table != NO_WORDS)
		describe_hint_word(reader, span, table);
	return -EINVAL;
}

int describe_mac(struct describe_reader *reader, struct describe_span span,
		 uint8_t mac[6])
{
	struct policy_value value;

	if (!text_to_mac(span.at, span.size, &value)) {
		describe_refuse_word(reader, span, "not a MAC address");
		return describe_hint(reader,
				     "six bytes, as in 02:00:00:00:00:01");
	}
	for (int i = 0; i < 6; i++)
		mac[i] = value.lo >> (40 - 8 * i);
	return 0;
}

/*
 * Splits an endpoint into address and port. Returns false if a bracket is
 * missing.
 */
static bool split_endpoint(struct describe_span span,
			   struct describe_span *address,
			   struct describe_span *port)
{
	const char *end = span.at + span.size;
	const char *colon = memchr(span.at, ':', span.size);

	*address = span;
	*port = (struct describe_span){ end, 0 };
	if (span.size && *span.at == '[') {
		const char *bracket = memchr(span.at, ']', span.size);

		if (!bracket)
			return false;
		*address = (struct describe_span){ span.at + 1,
						   bracket - span.at - 1 };
		colon = bracket + 1;
		if (colon == end)
			return true;
		if (*colon != ':')
			return false;
	} else if (!colon || memchr(colon + 1, ':', end - colon - 1)) {
		return true; /* a bare address; IPv6 has two colons or more */
	} else {
		address->size = colon - span.at;
	}
	*port = (struct describe_span){ colon + 1, end - colon - 1 };
	return port->size;
}

static int read_address(struct describe_reader *reader,
			struct describe_span span,
			struct describe_end *endpoint)
{
	char text[ADDRESS_SIZE];

	if (span.size < sizeof(text)) {
		memcpy(text, span.at, span.size);
		text[span.size] = 0;
		endpoint->ipv6 = strchr(text, ':');
		if (inet_pton(endpoint->ipv6 ? AF_INET6 : AF_INET, text,
			      endpoint->address) == 1)
			return 0;
	}
	return describe_refuse_word(reader, span, "not an address");
}

int describe_endpoint(struct describe_reader *reader, struct describe_span span,
		      struct describe_end *endpoint)
{
	struct describe_span address, port;
	uint32_t value = 0;
	int err;

	*endpoint = (struct describe_end){ 0 };
	if (!split_endpoint(span, &address, &port)) {
		describe_refuse_word(reader, span, "not an address and a port");
		return describe_hint(
			reader, "as in 198.51.100.7:80 or [2001:db8::1]:80");
	}
	err = read_address(reader, address, endpoint);
	if (err || !port.size)
		return err;
	endpoint->has_port = true;
	err = describe_value(reader, port, "not a port", WORDS_SERVICE,
			     UINT16_MAX, &value);
	endpoint->port = value;
	return err;
}
