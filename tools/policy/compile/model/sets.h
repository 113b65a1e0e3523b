/* SPDX-License-Identifier: GPL-2.0-only */
/* What the object says about named sets, and the table of their changes. */
#ifndef TG_COMPILE_SETS_H
#define TG_COMPILE_SETS_H

#include "lib/hash.h"
#include "policy/language/policy.h"
#include "policy_set.h"

/* The declarations, and which kinds of sets rules ask on each side. */
void sets_describe(struct tg_policy_sets *sets, const struct policy *policy);

/* Changes of rules, each rule's in a row. Equal rows are stored once. */
struct set_changes {
	struct tg_set_change *list;
	size_t count, room;
	struct hash rows; /* by contents: where they start */
};

/*
 * Adds the changes of sets that a rule makes, and returns how many. Their place
 * in the list is stored in *first. Returns -E2BIG if there are too many, or
 * -ENOMEM.
 */
int set_changes_add(struct set_changes *changes, const struct policy_rule *rule,
		    uint16_t *first);
void set_changes_free(struct set_changes *changes);

#endif
