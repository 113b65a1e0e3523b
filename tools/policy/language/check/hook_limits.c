// SPDX-License-Identifier: GPL-2.0-only
#include "hook_limits.h"

#include <string.h>

#include "lib/hook_names.h"
#include "policy/language/field.h"

enum limit_kind { MATCH, CHANGE, ACTION };

/*
 * Something that one hook does not support. check_fields() makes one of these
 * for each field that only an skb has.
 */
struct limit {
	enum limit_kind kind;
	int what; /* enum policy_field, policy_change_kind or policy_action */
	enum tg_hook hook;
	bool is_warning; /* it works, but perhaps not as expected */
	const char *text;
	const char *reason;
};

static const struct limit limits[] = {
	{ CHANGE, POLICY_SET_MARK, TG_HOOK_XDP, false,
	  "'set mark' is not supported",
	  "a packet has no mark before the kernel makes an skb of it" },
	{ CHANGE, POLICY_SET_PRIORITY, TG_HOOK_XDP, false,
	  "'set priority' is not supported",
	  "a packet has no priority before the kernel makes an skb of it" },
	{ CHANGE, POLICY_SET_CLASS, TG_HOOK_XDP, false,
	  "'set class' is not supported",
	  "classes belong to a queueing discipline, which runs later" },
	{ CHANGE, POLICY_MIRROR, TG_HOOK_XDP, false,
	  "'mirror' is not supported", "XDP cannot copy a packet" },
	{ CHANGE, POLICY_REDIRECT_INGRESS, TG_HOOK_XDP, false,
	  "'redirect to ingress' is not supported",
	  "XDP can only send packets from another device" },
	{ ACTION, POLICY_ACCEPT, TG_HOOK_XDP, true,
	  "'accept' is the same as 'pass'",
	  "the filters of tc run after XDP, and see the packet" },
};

static unsigned int hook_bit(const char *text, size_t length)
{
	if (length == 3 && !memcmp(text, "all", 3))
		return ALL_HOOKS;
	for (unsigned int i = 0; i < TG_HOOKS; i++) {
		if (strlen(hook_name(i)) == length &&
		    !memcmp(text, hook_name(i), length))
			return HOOK_BIT(i);
	}
	return 0;
}

unsigned int hooks_of(const char *text)
{
	unsigned int hooks = 0;

	for (;;) {
		size_t length = strcspn(text, ",");
		unsigned int bit = hook_bit(text, length);

		if (!bit)
			return 0;
		hooks |= bit;
		if (!text[length])
			return hooks;
		text += length + 1;
	}
}

/*
 * For a hook that the user did not name there is one warning per limit, and not
 * one per rule: the policy is usually for another hook.
 */
struct limit_report {
	const struct limit *limit;
	bool named;
	size_t count;
	struct policy_place first;
	struct diagnostics *diagnostics;
};

static void limit_found(struct limit_report *report, struct policy_place place)
{
	const struct limit *limit = report->limit;

	if (!report->count++)
		report->first = place;
	if (!report->named)
		return;
	if (limit->is_warning)
		report_warning(report->diagnostics, place, "%s on %s: %s",
			       limit->text, hook_name(limit->hook),
			       limit->reason);
	else
		report_error(report->diagnostics, place, "%s on %s: %s",
			     limit->text, hook_name(limit->hook),
			     limit->reason);
}

static void limit_summary(const struct limit_report *report)
{
	const struct limit *limit = report->limit;

	if (report->named || !report->count || limit->is_warning)
		return;
	report_warning(report->diagnostics, report->first, "%s on %s: %s",
		       limit->text, hook_name(limit->hook), limit->reason);
	if (report->count > 1)
		report_hint(report->diagnostics,
			    "%zu rules use it: name the hooks with '--hook'",
			    report->count);
	else
		report_hint(report->diagnostics,
			    "name the hooks with '--hook'");
}

static bool rule_exceeds(const struct policy_rule *rule,
			 const struct limit *limit)
{
	const struct policy_rule *over = policy_rule_over(rule);

	if (over && rule_exceeds(over, limit))
		return true;
	switch (limit->kind) {
	case ACTION:
		return (int)rule->action == limit->what;
	case CHANGE:
		for (size_t i = 0; i < rule->change_count; i++) {
			if ((int)rule->changes[i].kind == limit->what)
				return true;
		}
		return false;
	case MATCH:
		for (size_t i = 0; i < rule->condition_count; i++) {
			if ((int)rule->conditions[i].field == limit->what)
				return true;
		}
		return false;
	}
	return false;
}

static void check_block_limit(const struct policy_block *block,
			      struct limit_report *report)
{
	for (size_t i = 0; i < block->count; i++) {
		if (rule_exceeds(&block->rules[i], report->limit))
			limit_found(report, block->rules[i].place);
	}
}

static void check_limit(const struct policy *policy, const struct limit *limit,
			bool named, struct diagnostics *diagnostics)
{
	struct limit_report report = { limit, named, 0, { 0 }, diagnostics };

	if (limit->kind == ACTION && policy->default_place.line &&
	    (int)policy->default_action == limit->what)
		limit_found(&report, policy->default_place);
	for (size_t i = 0; i < policy->block_count; i++)
		check_block_limit(&policy->blocks[i], &report);
	limit_summary(&report);
}

static void check_fields(const struct policy *policy, bool named,
			 struct diagnostics *diagnostics)
{
	char text[64], reason[96];
	struct limit limit = { MATCH, 0, TG_HOOK_XDP, false, text, reason };

	for (limit.what = 0; limit.what < POLICY_FIELDS; limit.what++) {
		const struct field *field = &fields[limit.what];

		if (field_presence(limit.what) != TG_HAS_SKB)
			continue;
		snprintf(text, sizeof(text), "'%s' is not supported",
			 field->word);
		snprintf(reason, sizeof(reason),
			 "a packet does not have %s before the kernel makes an "
			 "skb of it",
			 value_kinds[field->values].what);
		check_limit(policy, &limit, named, diagnostics);
	}
}

void check_hooks(const struct policy *policy, unsigned int hooks, bool named,
		 struct diagnostics *diagnostics)
{
	if (hooks & HOOK_BIT(TG_HOOK_XDP))
		check_fields(policy, named, diagnostics);
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		if (hooks & HOOK_BIT(limits[i].hook))
			check_limit(policy, &limits[i], named, diagnostics);
	}
}
