// SPDX-License-Identifier: GPL-2.0-only
#include "flatten.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"

struct flattening {
	const struct policy *policy;
	struct flat_policy *flat;
	uint32_t *first_number; /* of each block */
};

static int add_rule(struct flat_policy *flat, struct flat_rule rule)
{
	if (!vec_reserve(flat->rules, flat->room, flat->count + 1))
		return -ENOMEM;
	flat->rules[flat->count++] = rule;
	return 0;
}

static struct flat_jump *add_jump(struct flat_policy *flat,
				  const struct policy_rule *rule,
				  const struct flat_jump *outer)
{
	struct flat_jump *jump = arena_try_alloc(&flat->jumps, sizeof(*jump));

	if (jump)
		*jump = (struct flat_jump){ rule, outer };
	return jump;
}

static int add_block(struct flattening *flattening, size_t index,
		     const struct flat_jump *outer)
{
	const struct policy_block *block = &flattening->policy->blocks[index];
	uint32_t number = flattening->first_number[index];
	int err = 0;

	for (size_t i = 0; i < block->count && !err; i++) {
		const struct policy_rule *rule = &block->rules[i];
		const struct flat_jump *jump;

		if (rule->action != POLICY_JUMP) {
			err = add_rule(
				flattening->flat,
				(struct flat_rule){ rule, outer, number + i });
			continue;
		}
		jump = add_jump(flattening->flat, rule, outer);
		err = jump ? add_block(flattening, rule->target, jump)
			   : -ENOMEM;
	}
	return err;
}

int flatten(const struct policy *policy, struct flat_policy *flat)
{
	struct flattening flattening = { .policy = policy, .flat = flat };
	uint32_t next = 1;
	int err;

	*flat = (struct flat_policy){ 0 };
	flattening.first_number = calloc(policy->block_count + 1,
					 sizeof(*flattening.first_number));
	if (!flattening.first_number)
		return -ENOMEM;
	for (size_t i = 0; i < policy->block_count; i++) {
		flattening.first_number[i] = next;
		next += policy->blocks[i].count;
	}
	flat->rule_count = next - 1;
	err = policy->block_count ? add_block(&flattening, 0, NULL) : 0;
	free(flattening.first_number);
	return err;
}

void flat_free(struct flat_policy *flat)
{
	arena_free(&flat->jumps);
	free(flat->rules);
	*flat = (struct flat_policy){ 0 };
}
