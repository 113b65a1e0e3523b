/* SPDX-License-Identifier: GPL-2.0-only */
/* What a compiled policy says about flows: struct tg_policy_flows. */
#ifndef TG_COMPILE_FLOWS_H
#define TG_COMPILE_FLOWS_H

#include "family.h"
#include "policy_flow.h"

/* Whether flows are looked up, and the times of their states. */
void flows_describe(struct tg_policy_flows *flows, const struct policy *policy);

/* For each fact, whether it decides alone about packets of the family. */
void flows_decide(struct tg_policy_flows *flows, const struct family *family);

#endif
