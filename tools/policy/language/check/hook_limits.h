/* SPDX-License-Identifier: GPL-2.0-only */
/* What hooks cannot do: one table for the checker, the compiler and docs. */
#ifndef TG_POLICY_HOOK_LIMITS_H
#define TG_POLICY_HOOK_LIMITS_H

#include "policy/language/text/diagnostic.h"

#define HOOK_BIT(hook) (1U << (hook))
#define ALL_HOOKS (HOOK_BIT(TG_HOOKS) - 1)

/* The bits of "xdp", "ingress,egress" or "all"; 0 for anything else. */
unsigned int hooks_of(const char *text);

/*
 * Report what the policy uses and one of these hooks does not support: as
 * errors if the user named the hooks, otherwise as warnings.
 */
void check_hooks(const struct policy *policy, unsigned int hooks, bool named,
		 struct diagnostics *diagnostics);

#endif
