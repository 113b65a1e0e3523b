/* SPDX-License-Identifier: GPL-2.0-only */
/* What rules do, each different thing once. */
#ifndef TG_COMPILE_ACTS_H
#define TG_COMPILE_ACTS_H

#include "lib/hash.h"
#include "policy/language/policy.h"
#include "policy_act.h"

struct acts {
	struct tg_act *list;
	size_t count, room;
	struct hash numbers; /* of the acts in the list */
	uint32_t used;	     /* by any of them: see policy_act.h */
};

/*
 * The number of what this rule does; -ENODEV where it names a device that is
 * not there, in *device.
 */
int acts_add_rule(struct acts *acts, const struct policy_rule *rule,
		  const char **device);
int acts_add_default(struct acts *acts, enum policy_action action);
void acts_free(struct acts *acts);

#endif
