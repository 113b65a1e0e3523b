/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compiles a checked policy to the constants and tables of the policy plugin.
 * Used by tg-policy compile and the tests.
 */
#ifndef TG_COMPILE_H
#define TG_COMPILE_H

#include <stdio.h>

#include "policy/compile/emit/blob.h"
#include "policy/language/text/diagnostic.h"
#include "policy_flow.h"
#include "policy_limit.h"
#include "policy_set.h"
#include "policy_table.h"

struct compiled {
	struct tg_policy constants;
	struct blob tables;
	struct tg_policy_sets sets;
	struct tg_policy_flows flows;
	struct tg_policy_limits limits;
	uint32_t rule_count; /* rules have numbers from 1; 0 is the default */
};

struct compile_options {
	/* for tests: force a data structure that is not the first choice */
	bool only_trees, only_search, only_short;
	FILE *dump; /* prints the tables there if not NULL */
};

/*
 * Returns 0, or a negative errno with a message in the diagnostics, except for
 * -ENOMEM. compiled_free() is needed either way.
 */
int policy_compile(const struct policy *policy,
		   const struct compile_options *options,
		   struct compiled *compiled, struct diagnostics *diagnostics);
void compiled_free(struct compiled *compiled);

#endif
