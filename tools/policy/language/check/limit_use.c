// SPDX-License-Identifier: GPL-2.0-only
#include "limit_use.h"

#include "cover.h"
#include "policy/language/rate.h"

static void check_burst(const struct policy_rule *rule,
			struct diagnostics *diagnostics)
{
	const struct policy_rate *rate = &rule->limit->rate;

	if (!rate->is_of_size || rate->burst >= RATE_BURST_SMALL)
		return;
	report_warning(diagnostics, rule->place,
		       "a packet larger than the burst never fits into the "
		       "limit");
	report_hint(diagnostics,
		    "a burst of 64kb has room for every packet, also for what "
		    "the kernel has joined");
}

/* What is within and what is over is treated alike. */
static void check_outcomes(const struct policy_rule *rule,
			   struct diagnostics *diagnostics)
{
	struct policy_rule within = *rule;

	within.limit = NULL;
	if (!rules_act_same(&within, &rule->limit->over))
		return;
	report_warning(diagnostics, rule->place,
		       "the limit changes nothing: what is over it is treated "
		       "as what is within");
	if (rule->action == POLICY_DROP)
		report_hint(diagnostics,
			    "'pass ... limit 50/s' drops what is over");
}

static bool rule_rejects(const struct policy_rule *rule)
{
	return rule->action == POLICY_REJECT;
}

static bool rule_logs(const struct policy_rule *rule)
{
	return policy_rule_log(rule);
}

/* Whether a rule, or what is over its limit, does what is asked. */
static bool any_rule(const struct policy *policy,
		     bool (*does)(const struct policy_rule *rule))
{
	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++) {
			const struct policy_rule *rule = &block->rules[j];
			const struct policy_rule *over = policy_rule_over(rule);

			if (does(rule) || (over && does(over)))
				return true;
		}
	}
	return false;
}

void check_limit_use(const struct policy *policy,
		     struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++) {
			if (!block->rules[j].limit)
				continue;
			check_burst(&block->rules[j], diagnostics);
			check_outcomes(&block->rules[j], diagnostics);
		}
	}
	if (policy->replies.place.line && !any_rule(policy, rule_rejects))
		report_warning(diagnostics, policy->replies.place,
			       "no rule rejects, so there are no replies");
	if (policy->logs.place.line && !any_rule(policy, rule_logs))
		report_warning(diagnostics, policy->logs.place,
			       "no rule logs, so there is nothing to limit");
}
