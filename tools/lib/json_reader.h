/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two parts of the JSON reader share: json.c, json_string.c */
#ifndef TG_POLICY_JSON_READER_H
#define TG_POLICY_JSON_READER_H

#include "json.h"

struct reader {
	struct json_document *document;
	const char *text;
	size_t size, at;
	unsigned int depth;
	int err;
};

/* NULL, always: the first mistake is kept. */
void *json_fail(struct reader *reader, int err, const char *why);
void *json_allocate(struct reader *reader, size_t size);
/* The next byte, or -1 at the end. */
int json_peek(const struct reader *reader);

/* At the quote that opens it; NULL after json_fail(). */
const char *json_read_string(struct reader *reader);

#endif
