/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a field is: one table, made of fields.def and maps/policy_dimension.h,
 * for all that reads, checks, prints, compiles or matches conditions.
 */
#ifndef TG_POLICY_FIELD_H
#define TG_POLICY_FIELD_H

#include <stdbool.h>

#include "policy/language/policy.h"
#include "policy/language/words.h"
#include "policy_dimension.h"

/* What a set may hold, which depends on where it stands. */
enum value_kind {
#define VALUES(name, ...) KIND_##name,
#include "fields.def"
	KINDS,
};

struct value_facts {
	unsigned int bits;
	enum word_table words; /* or NO_WORDS */
	const char *what;      /* "a DSCP" */
};

extern const struct value_facts value_kinds[KINDS];

enum field_clause {
	FIELD_PART, /* see parse/match.c and parse/special.c */
	FIELD_SET,  /* the word and a set */
};

struct field {
	const char *word;
	enum field_clause clause;
	enum value_kind values;
	enum tg_dimension dimension; /* of a mark: the first one */
	unsigned int families;	     /* bits; 0: those of the dimension */
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

/* The families of packets that can have it, as bits. */
unsigned int field_families(enum policy_field field);
unsigned int field_bits(enum policy_field field);
bool field_is_address(enum policy_field field);

/* The names of its values, or NO_WORDS; those of ICMP depend on the family. */
enum word_table field_words(enum policy_field field, bool icmp6);

#endif
