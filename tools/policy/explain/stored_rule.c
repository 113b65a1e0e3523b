// SPDX-License-Identifier: GPL-2.0-only
#include "stored_rule.h"

#include "policy/language/text/read.h"

const struct policy_rule *stored_rule_read(struct policy *policy,
					   const char *text, size_t size)
{
	static const struct read_options options = { .alone = true,
						     .no_include = true };
	struct diagnostics diagnostics = { 0 };
	int err = policy_read_text(policy, "rule", text, size, &options,
				   &diagnostics);

	diagnostics_free(&diagnostics);
	if (err || !policy->block_count || policy->blocks[0].count != 1)
		return NULL;
	return policy->blocks[0].rules;
}
