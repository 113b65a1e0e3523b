/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Builds the decision DAG of a family: one level for each field, with rows that
 * map each class of the field's values to a row of the next level or to a rule.
 * Equal rows are shared, so that paths with equal remaining rules merge.
 */
#ifndef TG_COMPILE_DAG_H
#define TG_COMPILE_DAG_H

#include "policy/compile/emit/blob.h"
#include "policy/compile/model/family.h"

struct dag_limits {
	size_t work;	 /* words read or written */
	size_t size;	 /* size of all rows, in bytes */
	bool only_short; /* force short rows, for tests */
};

/*
 * Sets the root and the constants of the lookup. Returns -E2BIG if a limit is
 * reached; the blob's contents are undefined then.
 */
int dag_build(struct blob *blob, const struct family *family,
	      const struct dag_limits *limits,
	      struct tg_policy_family *constants);

#endif
