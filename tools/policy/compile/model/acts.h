/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of acts: what rules do to packets. Equal acts are stored once. */
#ifndef TG_COMPILE_ACTS_H
#define TG_COMPILE_ACTS_H

#include "lib/hash.h"
#include "policy/language/policy.h"
#include "policy_act.h"
#include "sets.h"

struct acts {
	struct tg_act *list;
	size_t count, room;
	struct hash numbers; /* of the acts in the list */
	struct set_changes set_changes;
	uint32_t used; /* flags of all acts: see policy_act.h */
};

/*
 * Returns the number of this rule's act, or -ENODEV if a device does not exist,
 * whose name is stored in *device, or -E2BIG if rules change sets in too many
 * different ways.
 */
int acts_add_rule(struct acts *acts, const struct policy_rule *rule,
		  const char **device);
int acts_add_default(struct acts *acts, const struct policy *policy);

/* The act of a limited rule, which asks the limit of this record. */
int acts_add_limit(struct acts *acts, uint16_t record);
void acts_free(struct acts *acts);

#endif
