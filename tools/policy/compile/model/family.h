/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The conditions of all rules for packets of one family: IPv4, IPv6, or
 * neither. Conditions that the family implies are dropped; a rule with a
 * condition that the family rules out is skipped.
 */
#ifndef TG_COMPILE_FAMILY_H
#define TG_COMPILE_FAMILY_H

#include "dimension.h"
#include "flatten.h"
#include "policy/language/field.h"
#include "policy_table.h"

/* The masks that the policy uses for marks. */
struct marks {
	uint32_t masks[TG_MARKS];
	size_t count;
};

struct family_rule {
	uint32_t number;
	uint32_t sets[TG_DIMENSIONS]; /* set number for each dimension; 0: all
					 values */
};

struct family {
	enum tg_policy_family_id id;
	uint64_t used; /* bit mask of dimensions with more than one class */
	struct dimension dimensions[TG_DIMENSIONS];
	struct family_rule *rules;
	size_t count;
	/* outcomes by rule number; not owned */
	const uint32_t *outcomes;
	size_t outcome_count;
};

/* Returns the width of the dimension's values in this family, in bits. */
unsigned int dimension_bits(enum tg_policy_family_id id,
			    enum tg_dimension dimension);

/* Returns -E2BIG if the policy uses too many different masks. */
int marks_collect(struct marks *marks, const struct flat_policy *flat);

/* Returns 0 or a negative errno; family_free() is needed either way. */
int family_collect(struct family *family, enum tg_policy_family_id id,
		   const struct flat_policy *flat, const struct marks *marks);
void family_free(struct family *family);

#endif
