// SPDX-License-Identifier: GPL-2.0-only
#include "flows.h"

#include "policy/language/flow_state.h"

void flows_describe(struct tg_policy_flows *flows, const struct policy *policy)
{
	*flows = (struct tg_policy_flows){ 0 };
	if (!policy_uses_flows(policy))
		return;
	flows->is_used = 1;
	flows->has_vlans = policy->flows.has_vlans;
	for (int state = 0; state < TG_FLOW_STATES; state++) {
		uint32_t seconds = policy->flows.seconds[state];

		if (!seconds)
			seconds = flow_states[state].seconds;
		flows->times[state] = TG_FLOW_TIME(seconds);
	}
}

static bool has_fact(const struct family *family,
		     const struct family_rule *rule, int fact)
{
	const struct dimension *dimension = &family->dimensions[TG_DIM_FLOW];
	const struct span_set *set = &dimension->sets[rule->sets[TG_DIM_FLOW]];

	for (size_t i = 0; i < set->count; i++) {
		if (set->spans[i].first <= (u128)fact &&
		    (u128)fact <= set->spans[i].last)
			return true;
	}
	return false;
}

static bool asks_more(const struct family_rule *rule)
{
	for (int i = 0; i < TG_DIMENSIONS; i++) {
		if (i != TG_DIM_FLOW && rule->sets[i])
			return true;
	}
	return false;
}

/* The first rule that packets with the fact can match; NULL: the default. */
static const struct family_rule *first_rule(const struct family *family,
					    int fact)
{
	for (size_t i = 0; i < family->count; i++) {
		if (has_fact(family, &family->rules[i], fact))
			return &family->rules[i];
	}
	return NULL;
}

void flows_decide(struct tg_policy_flows *flows, const struct family *family)
{
	if (!flows->is_used ||
	    !(dimension_facts[TG_DIM_FLOW].families & 1 << family->id))
		return;
	for (int fact = 0; fact < TG_FLOW_FACTS; fact++) {
		const struct family_rule *rule = first_rule(family, fact);

		if (rule && asks_more(rule))
			continue;
		flows->is_decided[family->id][fact] = 1;
		flows->outcome[family->id][fact] =
			family->outcomes[rule ? rule->number : 0];
	}
}
