/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy says about limits: the section that the compiler fills in. */
#ifndef TG_POLICY_LIMITS_H
#define TG_POLICY_LIMITS_H

#include "policy_limit.h"

/* As built: no rule is limited. The compiler replaces it. */
const volatile struct tg_policy_limits
	tg_policy_limits SEC(".rodata.limits") = {
		.count = 0,
	};

/* Hidden from clang, and constants for the verifier: see constants(). */
static __always_inline const struct tg_policy_limits *tg_limits_constants(void)
{
	const struct tg_policy_limits *limits;

	asm("" : "=r"(limits) : "0"(&tg_policy_limits));
	return limits;
}

#endif
