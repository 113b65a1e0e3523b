/* SPDX-License-Identifier: GPL-2.0-only */
/* What a compiled policy says about limits: records, and their section. */
#ifndef TG_COMPILE_LIMITS_H
#define TG_COMPILE_LIMITS_H

#include "policy/language/policy.h"
#include "policy_limit.h"
#include "policy_table.h"

struct limit_records {
	struct tg_limit list[TG_LIMITS];
	uint64_t texts[TG_LIMITS]; /* hashes of the rules, without occurrence */
	uint32_t count;
	uint32_t parts[2];
};

/*
 * Adds the limit of a rule, without its outcomes. Returns the number of the
 * record, -E2BIG or -ENOMEM.
 */
int limits_add(struct limit_records *records, const struct policy *policy,
	       const struct policy_rule *rule);

/* Without the place of the records in the tables. */
void limits_describe(struct tg_policy_limits *limits,
		     const struct limit_records *records, uint32_t rule_count);

/* The limit of all answers together; no price: they are not limited. */
void limit_replies(struct tg_policy *constants, const struct policy *policy);

/* That of the events of each rule that logs, likewise. */
void limit_logs(struct tg_policy *constants, const struct policy *policy);

#endif
