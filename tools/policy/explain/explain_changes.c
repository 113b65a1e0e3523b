// SPDX-License-Identifier: GPL-2.0-only
#include "explain_changes.h"

#include "explain_flows.h"
#include "lib/json_print.h"
#include "questions.h"
#include "policy/language/parse/policy_parse.h"
#include "policy/language/print/print.h"
#include "policy/match/set_key.h"

static const char *const change_names[] = {
	[POLICY_SET_MARK] = "mark",
	[POLICY_SET_PRIORITY] = "priority",
	[POLICY_SET_CLASS] = "class",
	[POLICY_SET_DSCP] = "dscp",
	[POLICY_REDIRECT] = "redirect",
	[POLICY_REDIRECT_INGRESS] = "redirect-ingress",
	[POLICY_MIRROR] = "mirror",
	[POLICY_LOG] = "log",
};

void set_key_print(char text[SET_TEXT_SIZE], const struct tg_set_key *key)
{
	struct set_entry entry = { .key = *key };

	set_entry_print(text, &entry);
}

/* What the packet has for the set; false if it has nothing. */
static bool changed_key(char text[SET_TEXT_SIZE],
			const struct policy_packet *packet,
			const struct policy_change *change)
{
	struct tg_set_key key;

	if (!set_key_of(&key, packet, change->set->kind, change->side))
		return false;
	if (change->set->kind == TG_SET_ADDRESSES)
		set_key_cut(&key, change->length4, change->length6);
	set_key_print(text, &key);
	return true;
}

/* The time of an added entry; 0: without end. */
static uint32_t change_seconds(const struct policy_change *change)
{
	return change->seconds ? change->seconds : change->set->timeout;
}

/* --- text */

static void print_changed(FILE *out, const struct policy_packet *packet,
			  const struct policy_change *change)
{
	bool is_add = change->kind == POLICY_ADD_TO_SET;
	char text[SET_TEXT_SIZE];

	if (!changed_key(text, packet, change))
		return;
	fprintf(out, "; would %s %s %s @%s", is_add ? "add" : "delete", text,
		is_add ? "to" : "from", change->set->name);
	if (is_add && change_seconds(change)) {
		fputs(" for ", out);
		policy_time_print(out, change_seconds(change));
	}
}

void set_changes_print(FILE *out, const struct policy_rule *rule,
		       const struct policy_packet *packet)
{
	for (size_t i = 0; i < rule->change_count; i++) {
		if (change_is_of_set(rule->changes[i].kind))
			print_changed(out, packet, &rule->changes[i]);
	}
}

void rule_log_print(FILE *out, const struct policy_rule *rule)
{
	const struct policy_change *log = policy_rule_log(rule);

	if (!log)
		return;
	fputs("; would log", out);
	if (!log->text_length)
		return;
	fputs(" \"", out);
	print_for_terminal(out, log->text, log->text_length);
	putc('"', out);
}

/* --- JSON */

static json_t *set_change_to_json(const struct policy_packet *packet,
				  const struct policy_change *change)
{
	bool is_add = change->kind == POLICY_ADD_TO_SET;
	char text[SET_TEXT_SIZE];
	bool has_value = changed_key(text, packet, change);

	return json_pack(
		"{s:s, s:o, s:I}", is_add ? "add" : "del", change->set->name,
		"entry", has_value ? json_string(text) : json_null(), "seconds",
		is_add ? (json_int_t)change_seconds(change) : (json_int_t)0);
}

static json_t *change_to_json(const struct policy_packet *packet,
			      const struct policy_change *change)
{
	const char *name = change_names[change->kind];

	switch (change->kind) {
	case POLICY_SET_MARK:
		return json_pack("{s:I, s:I}", name, (json_int_t)change->value,
				 "mask", (json_int_t)change->mask);
	case POLICY_SET_PRIORITY:
	case POLICY_SET_CLASS:
	case POLICY_SET_DSCP:
		return json_pack("{s:I}", name, (json_int_t)change->value);
	case POLICY_ADD_TO_SET:
	case POLICY_DEL_FROM_SET:
		return set_change_to_json(packet, change);
	case POLICY_LOG:
		return json_pack("{s:o}", name,
				 change->text_length
					 ? text_to_json(change->text,
							change->text_length)
					 : json_null());
	case POLICY_REDIRECT:
	case POLICY_REDIRECT_INGRESS:
	case POLICY_MIRROR:
		break;
	}
	return json_pack("{s:o}", name, string_to_json(change->device));
}

json_t *changes_to_json(const struct policy_rule *rule,
			const struct policy_packet *packet)
{
	json_t *changes = json_array();

	if (rule->keep)
		add_json_item(changes, flow_keep_to_json(rule->keep, packet));
	for (size_t i = 0; i < rule->change_count; i++)
		add_json_item(changes,
			      change_to_json(packet, &rule->changes[i]));
	return changes;
}
