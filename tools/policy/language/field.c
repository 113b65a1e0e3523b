// SPDX-License-Identifier: GPL-2.0-only
#include "field.h"

const struct value_facts value_kinds[KINDS] = {
#define VALUES(name, bits, words, what) [KIND_##name] = { bits, words, what },
#include "fields.def"
};

const struct field fields[POLICY_FIELDS] = {
#define FIELD(name, text, form, kind, about, ...)        \
	[POLICY_##name] = { .word = text,                \
			    .clause = FIELD_##form,      \
			    .values = KIND_##kind,       \
			    .dimension = TG_DIM_##about, \
			    __VA_ARGS__ },
#include "fields.def"
};

const struct dimension_facts dimension_facts[TG_DIMENSIONS] = {
#define FACTS(name, map, bits, families, presence, value)         \
	[TG_DIM_##name] = { TG_MAP_##map, bits, TG_OF_##families, \
			    TG_HAS_##presence },
	TG_DIMENSION_LIST(FACTS)
#undef FACTS
};

unsigned int field_families(enum policy_field field)
{
	const struct field *facts = &fields[field];

	return facts->families ? facts->families
			       : dimension_facts[facts->dimension].families;
}

unsigned int field_bits(enum policy_field field)
{
	bool is_ip4 = fields[field].families == 1 << TG_FAMILY_IP4;

	return is_ip4 ? 32 : value_kinds[fields[field].values].bits;
}

bool field_is_address(enum policy_field field)
{
	return fields[field].values == KIND_ADDRESS;
}

enum word_table field_words(enum policy_field field, bool icmp6)
{
	if (field == POLICY_ICMP_TYPE)
		return icmp6 ? WORDS_ICMP6 : WORDS_ICMP;
	if (field == POLICY_ICMP_CODE)
		return icmp6 ? WORDS_ICMP6_CODE : WORDS_ICMP_CODE;
	return value_kinds[fields[field].values].words;
}
