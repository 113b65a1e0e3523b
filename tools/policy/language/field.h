/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of fields, built from fields.def and maps/policy_dimension.h. The
 * parser, checker, printer, compiler and reference matcher all use it.
 */
#ifndef TG_POLICY_FIELD_H
#define TG_POLICY_FIELD_H

#include <stdbool.h>

#include "policy/language/policy.h"
#include "policy/language/words.h"
#include "policy_dimension.h"

/* The kinds of values; the field that a set belongs to decides which. */
enum value_kind {
#define VALUES(name, ...) KIND_##name,
#include "fields.def"
	KINDS,
};

struct value_facts {
	unsigned int bits;
	enum word_table words; /* or NO_WORDS */
	const char *what;      /* for messages: "a DSCP" */
};

extern const struct value_facts value_kinds[KINDS];

enum field_clause {
	FIELD_PART, /* a syntax of its own, in parse/match.c or special.c */
	FIELD_SET,  /* a word followed by a set */
};

struct field {
	const char *word;
	enum field_clause clause;
	enum value_kind values;
	enum tg_dimension dimension; /* the mark has several: the first one */
	unsigned int families;	     /* bits; 0: as the dimension */
};

extern const struct field fields[POLICY_FIELDS];

struct dimension_facts {
	enum tg_map_kind map;
	unsigned int bits;
	unsigned int families; /* bits */
	enum tg_presence presence;
};

extern const struct dimension_facts dimension_facts[TG_DIMENSIONS];

static inline enum tg_presence field_presence(enum policy_field field)
{
	return dimension_facts[fields[field].dimension].presence;
}

/* The families whose packets can have the field, as bits. */
unsigned int field_families(enum policy_field field);
unsigned int field_bits(enum policy_field field);
bool field_is_address(enum policy_field field);

/* The names of the values, or NO_WORDS. ICMPv6 has its own types and codes. */
enum word_table field_words(enum policy_field field, bool icmp6);

#endif
