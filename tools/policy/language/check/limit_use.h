/* SPDX-License-Identifier: GPL-2.0-only */
/* Warnings about limits that do nothing, or let nothing pass. */
#ifndef TG_POLICY_LIMIT_USE_H
#define TG_POLICY_LIMIT_USE_H

#include "policy/language/text/diagnostic.h"

void check_limit_use(const struct policy *policy,
		     struct diagnostics *diagnostics);

#endif
