// SPDX-License-Identifier: GPL-2.0-only
#include "flow_use.h"

void check_flow_use(const struct policy *policy,
		    struct diagnostics *diagnostics)
{
	if (!policy->flows.place.line || policy_uses_flows(policy))
		return;
	report_warning(diagnostics, policy->flows.place,
		       "no rule asks for flows or keeps them");
}
