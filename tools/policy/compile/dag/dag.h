/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decision DAG of a family: for each field in turn, a row with a reference
 * for each class of its values, up to the leaf of the rule that decides. Rows
 * that say the same are one, so lists of rules that go on alike meet again.
 */
#ifndef TG_COMPILE_DAG_H
#define TG_COMPILE_DAG_H

#include "policy/compile/emit/blob.h"
#include "policy/compile/model/family.h"

struct dag_limits {
	size_t work;	 /* words that are looked at or written */
	size_t size;	 /* of the rows, in bytes */
	bool only_short; /* rows, wherever they can be */
};

/*
 * Sets the root and all that the lookup has to know of the rows. -E2BIG where a
 * limit is reached: what is in the blob is of no use then.
 */
int dag_build(struct blob *blob, const struct family *family,
	      const struct dag_limits *limits,
	      struct tg_policy_family *constants);

#endif
