// SPDX-License-Identifier: GPL-2.0-only
#include "explain_limits.h"

#include <stdlib.h>

#include "lib/json_print.h"
#include "policy/language/print/print.h"

/* What the rule does with packets within its limit, as 'else' is written. */
static void print_within(FILE *out, const struct policy_rule *rule)
{
	struct policy_rule within = *rule;

	within.condition_count = 0;
	within.limit = NULL;
	policy_rule_print(out, NULL, &within);
}

static void print_side(FILE *out, const struct policy_rule *rule, bool is_over)
{
	if (is_over)
		policy_over_print(out, rule->limit);
	else
		print_within(out, rule);
}

void limit_side_print(FILE *out, const struct policy_rule *rule, bool is_over)
{
	if (!rule || !rule->limit)
		return;
	fprintf(out, "; %s its limit (", is_over ? "over" : "within");
	policy_limit_terms_print(out, rule->limit, true);
	fprintf(out, "), %s it: ", is_over ? "within" : "over");
	print_side(out, rule, !is_over);
}

/* --- JSON */

struct member {
	FILE *out;
	char *text;
	size_t size;
};

static FILE *member_open(struct member *member)
{
	*member = (struct member){ 0 };
	member->out = open_memstream(&member->text, &member->size);
	return member->out;
}

static json_t *member_close(struct member *member)
{
	json_t *value = NULL;

	if (member->out && !fclose(member->out))
		value = text_to_json(member->text, member->size);
	free(member->text);
	return value;
}

static json_t *rate_to_json(const struct policy_limit *limit)
{
	struct member member;

	if (member_open(&member))
		policy_rate_print(member.out, &limit->rate);
	return member_close(&member);
}

static json_t *key_to_json(const struct policy_limit *limit)
{
	struct member member;

	if (limit->per == TG_LIMIT_PER_ALL)
		return json_null();
	if (member_open(&member))
		policy_key_print(member.out, limit);
	return member_close(&member);
}

static json_t *side_to_json(const struct policy_rule *rule, bool is_over)
{
	struct member member;

	if (member_open(&member))
		print_side(member.out, rule, is_over);
	return member_close(&member);
}

json_t *limit_to_json(const struct policy_rule *rule)
{
	const struct policy_limit *limit = rule ? rule->limit : NULL;

	if (!limit)
		return json_null();
	return json_pack(
		"{s:o, s:I, s:o, s:s, s:o, s:o}", "rate", rate_to_json(limit),
		"burst", (json_int_t)limit->rate.burst, "per",
		key_to_json(limit), "full",
		limit->full == TG_LIMIT_OVER ? "over" : "within", "within",
		side_to_json(rule, false), "over", side_to_json(rule, true));
}
