// SPDX-License-Identifier: GPL-2.0-only
#include "explain_sets.h"

#include "lib/json_print.h"
#include "policy/language/print/print.h"
#include "policy/language/set_kind.h"
#include "policy/match/set_key.h"

/* A set that the deciding rule asks, and the value of the packet. */
struct asked_set {
	const struct policy_set *set;
	char value[SET_TEXT_SIZE];
	char entry[SET_TEXT_SIZE]; /* the value is in it, or excepted by it */
	bool is_in, has_entry;
};

static void print_key(char text[SET_TEXT_SIZE], const struct tg_set_key *key)
{
	struct set_entry entry = { .key = *key };

	set_entry_print(text, &entry);
}

/* The rule matches, so the packet has the value. */
static void ask_set(struct asked_set *asked, const struct answer *answer,
		    const struct policy_condition *condition)
{
	struct set_membership found;
	struct tg_set_key key;

	*asked = (struct asked_set){ .set = condition->set };
	set_key_of(&key, &answer->question->packet, asked->set->kind,
		   set_side(condition->field));
	print_key(asked->value, &key);
	found = set_files_find(answer->sets, asked->set, &key);
	asked->is_in = found.entry && !found.exception;
	asked->has_entry = found.entry || found.exception;
	if (asked->has_entry)
		set_entry_print(asked->entry, found.exception ? found.exception
							      : found.entry);
}

static bool is_empty(const struct answer *answer, const struct policy_set *set)
{
	return !answer->sets->files[set->number].path;
}

/* What the packet has for the set; false if it has nothing. */
static bool changed_key(char text[SET_TEXT_SIZE], const struct answer *answer,
			const struct policy_change *change)
{
	struct tg_set_key key;

	if (!set_key_of(&key, &answer->question->packet, change->set->kind,
			change->side))
		return false;
	if (change->set->kind == TG_SET_ADDRESSES)
		set_key_cut(&key, change->length4, change->length6);
	print_key(text, &key);
	return true;
}

/* The time of an added entry; 0: without end. */
static uint32_t change_seconds(const struct policy_change *change)
{
	return change->seconds ? change->seconds : change->set->timeout;
}

/* --- text */

static void print_asked(FILE *out, const struct asked_set *asked)
{
	fprintf(out, "; %s is %sin @%s", asked->value,
		asked->is_in ? "" : "not ", asked->set->name);
	if (asked->has_entry)
		fprintf(out, ": %s", asked->entry);
}

static void print_changed(FILE *out, const struct answer *answer,
			  const struct policy_change *change)
{
	bool is_add = change->kind == POLICY_ADD_TO_SET;
	char text[SET_TEXT_SIZE];

	if (!changed_key(text, answer, change))
		return;
	fprintf(out, "; would %s %s %s @%s", is_add ? "add" : "delete", text,
		is_add ? "to" : "from", change->set->name);
	if (is_add && change_seconds(change)) {
		fputs(" for ", out);
		policy_time_print(out, change_seconds(change));
	}
}

void answer_sets_print(FILE *out, const struct answer *answer)
{
	const struct policy *policy = answer->policy;
	const struct policy_rule *rule = answer->verdict.rule;
	const char *before = "; empty without --set: ";

	for (size_t i = 0; rule && i < rule->condition_count; i++) {
		struct asked_set asked;

		if (!rule->conditions[i].set)
			continue;
		ask_set(&asked, answer, &rule->conditions[i]);
		print_asked(out, &asked);
	}
	for (size_t i = 0; rule && i < rule->change_count; i++) {
		if (change_is_of_set(rule->changes[i].kind))
			print_changed(out, answer, &rule->changes[i]);
	}
	for (size_t i = 0; i < policy->set_count; i++) {
		if (!is_empty(answer, &policy->sets[i]))
			continue;
		fprintf(out, "%s@%s", before, policy->sets[i].name);
		before = ", ";
	}
}

/* --- JSON */

static json_t *asked_to_json(const struct asked_set *asked)
{
	return json_pack("{s:s, s:s, s:b, s:o}", "set", asked->set->name,
			 "value", asked->value, "member", asked->is_in, "entry",
			 asked->has_entry ? json_string(asked->entry)
					  : json_null());
}

json_t *set_change_to_json(const struct answer *answer,
			   const struct policy_change *change)
{
	bool is_add = change->kind == POLICY_ADD_TO_SET;
	char text[SET_TEXT_SIZE];
	bool has_value = changed_key(text, answer, change);

	return json_pack(
		"{s:s, s:o, s:I}", is_add ? "add" : "del", change->set->name,
		"entry", has_value ? json_string(text) : json_null(), "seconds",
		is_add ? (json_int_t)change_seconds(change) : (json_int_t)0);
}

void answer_sets_add_json(json_t *object, const struct answer *answer)
{
	const struct policy *policy = answer->policy;
	const struct policy_rule *rule = answer->verdict.rule;
	json_t *list = json_array(), *empty = json_array();

	for (size_t i = 0; rule && i < rule->condition_count; i++) {
		struct asked_set asked;

		if (!rule->conditions[i].set)
			continue;
		ask_set(&asked, answer, &rule->conditions[i]);
		add_json_item(list, asked_to_json(&asked));
	}
	for (size_t i = 0; i < policy->set_count; i++) {
		if (is_empty(answer, &policy->sets[i]))
			add_json_item(empty, json_string(policy->sets[i].name));
	}
	add_json_members(object, json_pack("{s:o, s:o}", "sets", list,
					   "empty_sets", empty));
}
