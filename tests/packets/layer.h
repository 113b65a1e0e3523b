/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of headers for craft. */
#ifndef TG_LAYER_H
#define TG_LAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "field.h"

#define LAYER_FIELDS_MAX 14
#define LAYER_WORDS_MAX 4
#define LAYER_LENGTHS_MAX 2

enum layer_role {
	LAYER_LINK,
	LAYER_TAG,
	LAYER_ARP,
	LAYER_IPV4,
	LAYER_IPV6,
	LAYER_EXTENSION,
	LAYER_TRANSPORT,
	LAYER_PAYLOAD,
};

/* A word that sets a field, such as "later". */
struct layer_word {
	const char *word;
	const char *field;
	const char *value;
};

/* A field with a length: (bytes / unit) - minus. */
struct layer_length {
	const char *field;
	bool own; /* of this header only, without its payload */
	uint8_t unit;
	uint8_t minus;
};

struct layer_kind {
	const char *name;
	enum layer_role role;
	int ethertype;	   /* the previous header's type field, or -1 */
	int protocol;	   /* the previous header's protocol, or -1 */
	uint16_t size;	   /* without options, in bytes */
	uint16_t read;	   /* bytes that a parser reads */
	const char *value; /* the field set by NAME=VALUE */
	const char *next;  /* the field with the type of the next header */
	struct layer_length lengths[LAYER_LENGTHS_MAX];
	struct layer_word words[LAYER_WORDS_MAX];
	struct field fields[LAYER_FIELDS_MAX];
};

/* NULL if not found; size is the length of the name. */
const struct layer_kind *layer_find(const char *name, size_t size);
const struct field *layer_field(const struct layer_kind *kind,
				const char *name);

#endif
