/* SPDX-License-Identifier: GPL-2.0-only */
/* A block 'flows' that no rule needs. */
#ifndef TG_POLICY_FLOW_USE_H
#define TG_POLICY_FLOW_USE_H

#include "policy/language/text/diagnostic.h"

/* Warns of a block in a policy that does not look flows up. */
void check_flow_use(const struct policy *policy,
		    struct diagnostics *diagnostics);

#endif
