/* SPDX-License-Identifier: GPL-2.0-only */
/* Named sets that no rule needs. */
#ifndef TG_POLICY_SET_USE_H
#define TG_POLICY_SET_USE_H

#include "policy/language/text/diagnostic.h"

/* Warns of sets that are declared for nothing, or only filled. */
void check_set_use(const struct policy *policy,
		   struct diagnostics *diagnostics);

#endif
