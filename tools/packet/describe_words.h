/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Splits a description into words and parses values. Used by the describe_*.c
 * files.
 */
#ifndef TG_DESCRIBE_WORDS_H
#define TG_DESCRIBE_WORDS_H

#include "describe.h"
#include "policy/language/text/suggest.h"
#include "policy/language/words.h"

struct describe_span {
	const char *at;
	size_t size; /* 0 at the end of the line */
};

struct describe_reader {
	const char *text;
	size_t size, pos;
	struct describe_error *error;
};

/*
 * Gets the next word. ">" and "->" are words of their own, without blanks
 * around them. "#" starts a comment.
 */
struct describe_span describe_peek(struct describe_reader *reader);
struct describe_span describe_next(struct describe_reader *reader);

bool describe_span_is(struct describe_span span, const char *word);

/* Removes and returns the part before the first comma. */
struct describe_span describe_span_part(struct describe_span *rest);

/* Sets reader->error and returns -EINVAL. */
__attribute__((format(printf, 3, 4))) int
describe_refuse(struct describe_reader *reader, struct describe_span span,
		const char *format, ...);

/*
 * The same with the message "WHAT: 'SPAN'", or that WHAT is missing at the end
 * of the line.
 */
int describe_refuse_word(struct describe_reader *reader,
			 struct describe_span span, const char *what);

/* Sets the hint, after describe_refuse(). Returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int
describe_hint(struct describe_reader *reader, const char *format, ...);

/* Suggests the table's name that is closest to the word, if one is close. */
int describe_hint_word(struct describe_reader *reader,
		       struct describe_span span, enum word_table table);
int describe_hint_best(struct describe_reader *reader,
		       const struct suggestion *suggestion);

/* Parses a number up to max, or a name of the table unless it is NO_WORDS. */
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
