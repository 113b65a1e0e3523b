/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The named sets of a running policy, for tg-explain: what the rule that
 * matched asks of them, with the entries that are in force, and what it would
 * change. A rule is parsed again from the text that is stored with the policy.
 * Sets are looked at, without a lock, and stay as they are.
 */
#ifndef TG_LIVE_SETS_H
#define TG_LIVE_SETS_H

#include <jansson.h>

#include "policy/match/match.h"
#include "policy_set.h"
#include "rule_lines.h"
#include "sets/kernel.h"

struct live_sets {
	struct tg_policy_sets of_policy; /* have the numbers in the table */
	struct set_map map;
	const struct rule_lines *texts;
	struct live_rule **rules; /* by number; NULL: not parsed yet */
};

/*
 * `map` is an fd of the map of tables, and stays the caller's. Returns -ENOMEM,
 * or 0: live_sets_close() is needed then.
 */
int live_sets_open(struct live_sets *sets,
		   const struct tg_policy_sets *of_policy, int map,
		   const struct rule_lines *texts);
void live_sets_close(struct live_sets *sets);

/* Clauses that start with "; ", for a rule that matched. */
void live_sets_print(FILE *out, struct live_sets *sets, uint32_t rule,
		     const struct policy_packet *packet);

/* The members "sets" and "changes". */
json_t *live_sets_to_json(struct live_sets *sets, uint32_t rule,
			  const struct policy_packet *packet);

#endif
