/* SPDX-License-Identifier: GPL-2.0-only */
/* The kinds of headers that a packet can be made of, as tables. */
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

/* A word that sets a field: "later" is shorter than what it stands for. */
struct layer_word {
	const char *word;
	const char *field;
	const char *value;
};

/* A field that tells a size: (bytes / unit) - minus. */
struct layer_length {
	const char *field;
	bool own; /* of this header alone, not of all that follows */
	uint8_t unit;
	uint8_t minus;
};

struct layer_kind {
	const char *name;
	enum layer_role role;
	int ethertype;	   /* how the header before announces this one, */
	int protocol;	   /* or -1 where it cannot */
	uint16_t size;	   /* without options */
	uint16_t read;	   /* how much of it a parser needs to look at */
	const char *value; /* the field that NAME=VALUE sets */
	const char *next;  /* the field that announces what follows */
	struct layer_length lengths[LAYER_LENGTHS_MAX];
	struct layer_word words[LAYER_WORDS_MAX];
	struct field fields[LAYER_FIELDS_MAX];
};

/* NULL where there is none of this name; size counts the name's letters. */
const struct layer_kind *layer_find(const char *name, size_t size);
const struct field *layer_field(const struct layer_kind *kind,
				const char *name);

#endif
