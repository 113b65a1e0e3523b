// SPDX-License-Identifier: GPL-2.0-only
/* Flows: conditions, 'keep', and the block 'flows'. */
#include "policy/language/flow_state.h"
#include "policy/language/ranges.h"
#include "policy/language/words.h"
#include "print.h"
#include "value.h"

static bool has_fact(const struct policy_condition *condition, uint64_t fact)
{
	struct policy_range one = { { 0, fact }, { 0, fact } };

	return ranges_within(&one, 1, condition->ranges, condition->count);
}

/* Ranges would be printed as "new-related". */
void print_flow_facts(FILE *out, const struct policy_condition *condition)
{
	const char *before = "";
	int count = 0;

	for (int fact = 0; fact < TG_FLOW_FACTS; fact++)
		count += has_fact(condition, fact);
	fprintf(out, " %s%s", condition->negated ? "!" : "",
		count == 1 ? "" : "{ ");
	for (int fact = 0; fact < TG_FLOW_FACTS; fact++) {
		if (!has_fact(condition, fact))
			continue;
		fprintf(out, "%s%s", before, word_name(WORDS_FLOW, fact));
		before = ", ";
	}
	if (count != 1)
		fputs(count ? " }" : "}", out);
}

void policy_keep_print(FILE *out, enum policy_keep keep)
{
	if (keep)
		fputs(" keep", out);
	if (keep == POLICY_KEEP_ELSE_DROP)
		fputs(" else drop", out);
}

void policy_default_print(FILE *out, const struct policy *policy)
{
	fprintf(out, "default %s", policy_action_word(policy->default_action));
	policy_keep_print(out, policy->default_keep);
}

void policy_flows_print(FILE *out, const struct policy_flows *flows)
{
	fputs("flows {", out);
	for (int state = 0; state < TG_FLOW_STATES; state++) {
		if (!flows->seconds[state])
			continue;
		fprintf(out, " %s ", flow_states[state].word);
		policy_time_print(out, flows->seconds[state]);
	}
	fputs(flows->has_vlans ? " vlans apart }" : " }", out);
}
