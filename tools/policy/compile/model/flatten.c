// SPDX-License-Identifier: GPL-2.0-only
#include "flatten.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct flattening {
	const struct policy *policy;
	struct flat_policy *flat;
	uint32_t *first_number; /* of each block */
};

static int add_rule(struct flat_policy *flat, struct flat_rule rule)
{
	if (flat->count == flat->room) {
		size_t room = flat->room ? flat->room * 2 : 1024;
		struct flat_rule *rules =
			reallocarray(flat->rules, room, sizeof(*rules));

		if (!rules)
			return -ENOMEM;
		flat->rules = rules;
		flat->room = room;
	}
	flat->rules[flat->count++] = rule;
	return 0;
}

static struct flat_jump *add_jump(struct flat_policy *flat,
				  const struct policy_rule *rule,
				  const struct flat_jump *outer)
{
	struct flat_jump *jump;

	if (flat->jump_count == flat->jump_room) {
		size_t room = flat->jump_room ? flat->jump_room * 2 : 64;
		struct flat_jump **jumps =
			reallocarray(flat->jumps, room, sizeof(*jumps));

		if (!jumps)
			return NULL;
		flat->jumps = jumps;
		flat->jump_room = room;
	}
	jump = malloc(sizeof(*jump));
	if (!jump)
		return NULL;
	*jump = (struct flat_jump){ rule, outer };
	flat->jumps[flat->jump_count++] = jump;
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
	for (size_t i = 0; i < flat->jump_count; i++)
		free(flat->jumps[i]);
	free(flat->jumps);
	free(flat->rules);
	*flat = (struct flat_policy){ 0 };
}
