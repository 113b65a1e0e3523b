// SPDX-License-Identifier: GPL-2.0-only
#include "explain_sets.h"

#include "explain_changes.h"
#include "lib/json_print.h"
#include "policy/language/set_kind.h"
#include "policy/match/set_key.h"

/* A set that the rule asks, and the value of the packet. */
struct asked_set {
	const struct policy_set *set;
	char value[SET_TEXT_SIZE];
	char entry[SET_TEXT_SIZE]; /* the value is in it, or excepted by it */
	bool is_in, has_entry;
	bool negated;
};

/* The rule matches, so the packet has the value. */
static void ask_set(struct asked_set *asked, const struct asking_rule *asking,
		    const struct policy_condition *condition)
{
	struct set_membership found;
	struct tg_set_key key;

	*asked = (struct asked_set){ .set = condition->set,
				     .negated = condition->negated };
	set_key_of(&key, asking->packet, asked->set->kind,
		   set_side(condition->field));
	set_key_print(asked->value, &key);
	found = asking->find(asking->context, asked->set, &key);
	asked->is_in = found.is_member;
	asked->has_entry = found.has_entry || found.has_exception;
	if (asked->has_entry)
		set_entry_print(asked->entry, found.has_exception
						      ? &found.exception
						      : &found.entry);
}

/* A set in use may change after the rule has matched. */
static const char *since_then(const struct asked_set *asked)
{
	if (asked->is_in != asked->negated)
		return "";
	return asked->is_in ? " by now" : " any more";
}

static void print_asked(FILE *out, const struct asked_set *asked)
{
	fprintf(out, "; %s is %sin @%s%s", asked->value,
		asked->is_in ? "" : "not ", asked->set->name,
		since_then(asked));
	if (asked->has_entry)
		fprintf(out, ": %s", asked->entry);
}

void rule_sets_print(FILE *out, const struct asking_rule *asking)
{
	const struct policy_rule *rule = asking->rule;

	for (size_t i = 0; i < rule->condition_count; i++) {
		struct asked_set asked;

		if (!rule->conditions[i].set)
			continue;
		ask_set(&asked, asking, &rule->conditions[i]);
		print_asked(out, &asked);
	}
}

static json_t *asked_to_json(const struct asked_set *asked)
{
	return json_pack("{s:s, s:s, s:b, s:o}", "set", asked->set->name,
			 "value", asked->value, "member", asked->is_in, "entry",
			 asked->has_entry ? json_string(asked->entry)
					  : json_null());
}

json_t *rule_sets_to_json(const struct asking_rule *asking)
{
	const struct policy_rule *rule = asking->rule;
	json_t *list = json_array();

	for (size_t i = 0; i < rule->condition_count; i++) {
		struct asked_set asked;

		if (!rule->conditions[i].set)
			continue;
		ask_set(&asked, asking, &rule->conditions[i]);
		add_json_item(list, asked_to_json(&asked));
	}
	return list;
}
