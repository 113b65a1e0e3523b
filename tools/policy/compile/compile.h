/* SPDX-License-Identifier: GPL-2.0-only */
/* From a checked policy to the constants and the tables of its object. */
#ifndef TG_COMPILE_H
#define TG_COMPILE_H

#include <stdio.h>

#include "policy/compile/emit/blob.h"
#include "policy/language/text/diagnostic.h"
#include "policy_table.h"

struct compiled {
	struct tg_policy constants;
	struct blob tables;
	uint32_t rule_count; /* numbers go from 1 to this; 0 is the default */
};

struct compile_options {
	/* for tests: the second choice where the first one would do */
	bool only_trees, only_search, only_short;
	FILE *dump; /* the tables in words go there, if it is not NULL */
};

/*
 * 0, or a negative errno after a message has gone to the diagnostics (but for
 * -ENOMEM). It needs compiled_free() in any case.
 */
int policy_compile(const struct policy *policy,
		   const struct compile_options *options,
		   struct compiled *compiled, struct diagnostics *diagnostics);
void compiled_free(struct compiled *compiled);

#endif
