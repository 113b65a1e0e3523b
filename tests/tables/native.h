/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy plugin's lookup as a native function. */
#ifndef TG_NATIVE_H
#define TG_NATIVE_H

#include "policy/compile/compile.h"
#include "policy/match/match.h"

/* Returns the outcome: see TG_OUTCOME(). */
uint32_t native_find(const struct tg_policy *constants, const uint8_t *tables,
		     const void *frame, size_t size,
		     const struct policy_metadata *metadata,
		     const uint32_t sets[TG_SIDES]);

#endif
