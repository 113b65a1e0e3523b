/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of a description, one after the other, and what they can mean. */
#ifndef TG_DESCRIBE_WORDS_H
#define TG_DESCRIBE_WORDS_H

#include "describe.h"
#include "policy/language/text/suggest.h"
#include "policy/language/words.h"

struct describe_span {
	const char *at;
	size_t size; /* 0: the line has ended */
};

struct describe_reader {
	const char *text;
	size_t size, pos;
	struct describe_error *error;
};

/*
 * The next word, or > (also written ->), which needs no blanks around it. A #
 * ends the line.
 */
struct describe_span describe_peek(struct describe_reader *reader);
struct describe_span describe_next(struct describe_reader *reader);

bool describe_span_is(struct describe_span span, const char *word);

/* Cuts the first part off, up to a comma. */
struct describe_span describe_span_part(struct describe_span *rest);

/* Fills reader->error, and returns -EINVAL. */
__attribute__((format(printf, 3, 4))) int
describe_refuse(struct describe_reader *reader, struct describe_span span,
		const char *format, ...);

/* The same for "WHAT: 'SPAN'"; at the end of the line, that it is missing. */
int describe_refuse_word(struct describe_reader *reader,
			 struct describe_span span, const char *what);

/* describe_describe_refuse() it first, then say what may have been meant. */
__attribute__((format(printf, 2, 3))) int
describe_hint(struct describe_reader *reader, const char *format, ...);

/* A hint at the name that the word is close to, if it is close to one. */
int describe_hint_word(struct describe_reader *reader,
		       struct describe_span span, enum word_table table);
int describe_hint_best(struct describe_reader *reader,
		       const struct suggestion *suggestion);

/* A number of at most max, or a name of a table, or NO_WORDS for none. */
int describe_value(struct describe_reader *reader, struct describe_span span,
		   const char *what, enum word_table table, uint32_t max,
		   uint32_t *value);

int describe_mac(struct describe_reader *reader, struct describe_span span,
		 uint8_t mac[6]);

/* ADDRESS, ADDRESS:PORT, [ADDRESS] or [ADDRESS]:PORT. */
struct describe_end {
	bool ipv6, has_port;
	uint8_t address[16];
	uint16_t port;
};

int describe_endpoint(struct describe_reader *reader, struct describe_span span,
		      struct describe_end *endpoint);

#endif
