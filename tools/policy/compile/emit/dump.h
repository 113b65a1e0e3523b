/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The finished tables in words, read with the steps that the policy plugin
 * takes: which class a value has, and where a class leads.
 */
#ifndef TG_COMPILE_DUMP_H
#define TG_COMPILE_DUMP_H

#include <stdio.h>

#include "policy/compile/compile.h"
#include "policy/compile/model/family.h"

/* What the policy does: rules by number, acts, and malformed packets. */
void dump_policy(FILE *out, const struct policy *policy,
		 const struct compiled *compiled, size_t act_count);

/* The fields that packets of this family are asked for, and the engine. */
void dump_family(FILE *out, const struct compiled *compiled,
		 const struct family *family);

/* For the engines' own parts (dump_rows.c, dump_tree.c). */
void dump_rows(FILE *out, const struct compiled *compiled,
	       const struct family *family);
void dump_tree(FILE *out, const struct compiled *compiled,
	       const struct family *family);
void dump_outcome(FILE *out, uint32_t outcome);
void dump_name(FILE *out, int dimension);
void dump_values(FILE *out, const struct family *family, int dimension,
		 u128 first, u128 last);

#endif
