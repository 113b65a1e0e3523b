/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rules of a policy ask of packets of one family: IPv4, IPv6, or
 * neither. What a rule asks about that such packets cannot have leaves it out;
 * what goes without saying is not asked.
 */
#ifndef TG_COMPILE_FAMILY_H
#define TG_COMPILE_FAMILY_H

#include "dimension.h"
#include "flatten.h"
#include "policy/language/field.h"
#include "policy_table.h"

/* The masks with which the policy looks at marks. */
struct marks {
	uint32_t masks[TG_MARKS];
	size_t count;
};

struct family_rule {
	uint32_t number;
	uint32_t sets[TG_DIMENSIONS]; /* of each dimension; 0: all */
};

struct family {
	enum tg_policy_family_id id;
	uint64_t used; /* dimensions that tell packets apart, as bits */
	struct dimension dimensions[TG_DIMENSIONS];
	struct family_rule *rules;
	size_t count;
	/* of the default and all rules of the policy, by number: not its own */
	const uint32_t *outcomes;
	size_t outcome_count;
};

/* How many bits its values have in this family. */
unsigned int dimension_bits(enum tg_policy_family_id id,
			    enum tg_dimension dimension);

/* -E2BIG where there are more masks than there is room for. */
int marks_collect(struct marks *marks, const struct flat_policy *flat);

/* 0 or a negative errno; needs family_free() in any case. */
int family_collect(struct family *family, enum tg_policy_family_id id,
		   const struct flat_policy *flat, const struct marks *marks);
void family_free(struct family *family);

#endif
