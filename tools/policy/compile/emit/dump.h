/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prints the finished tables for `compile --dump`, following the same steps as
 * the policy plugin: the class of each value, and the next row of each class.
 */
#ifndef TG_COMPILE_DUMP_H
#define TG_COMPILE_DUMP_H

#include <stdio.h>

#include "policy/compile/compile.h"
#include "policy/compile/model/family.h"

/* Prints rules by number, acts, and the outcome for malformed packets. */
void dump_policy(FILE *out, const struct policy *policy,
		 const struct compiled *compiled, size_t act_count);

/*
 * Prints the fields that are looked up for packets of this family, and the
 * engine.
 */
void dump_family(FILE *out, const struct compiled *compiled,
		 const struct family *family);

/* Internal: parts in dump_*.c. */
void dump_rows(FILE *out, const struct compiled *compiled,
	       const struct family *family);
void dump_tree(FILE *out, const struct compiled *compiled,
	       const struct family *family);
void dump_sets(FILE *out, const struct tg_policy_sets *sets);
void dump_set_changes(FILE *out, const struct compiled *compiled,
		      const struct tg_act *act);
void dump_flows(FILE *out, const struct tg_policy_flows *flows);
void dump_limits(FILE *out, const struct compiled *compiled);
bool is_sets_dimension(int dimension);
void dump_set_class(FILE *out, const struct compiled *compiled,
		    const struct dimension *dimension, int number,
		    uint32_t class);
void dump_outcome(FILE *out, uint32_t outcome);
void dump_name(FILE *out, int dimension);
void dump_values(FILE *out, const struct family *family, int dimension,
		 u128 first, u128 last);

#endif
