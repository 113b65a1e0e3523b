// SPDX-License-Identifier: GPL-2.0-only
/*
 * The matches and maps of nft on what a frame does not show: devices, and the
 * state of its connection.
 */
#include <string.h>

#include "nft.h"

enum context { NONE, INCOMING, OUTGOING, STATE, STATUS };

static bool is(const char *a, const char *b)
{
	return a && !strcmp(a, b);
}

static enum context context_of(const struct json *left)
{
	const char *meta = json_get_string(json_get(left, "meta"), "key");
	const struct json *ct = json_get(left, "ct");
	const char *key = json_get_string(ct, "key");

	if (is(meta, "iifname") || is(meta, "iif"))
		return INCOMING;
	if (is(meta, "oifname") || is(meta, "oif"))
		return OUTGOING;
	if (is(key, "state"))
		return STATE;
	return is(key, "status") ? STATUS : NONE;
}

/* The values: one, a list, or a set, of which named ones have elements. */
static bool first_value(struct nft *nft, struct import_rule *rule,
			const struct json *right, const struct json **first,
			bool *is_list)
{
	const char *name = json_string(right);
	struct nft_set *named;

	*is_list = true;
	if ((name && *name == '@') || json_get(right, "set"))
		return nft_elements(nft, rule, right, first, &named);
	*is_list = json_is(right, JSON_ARRAY);
	*first = *is_list ? right->first : right;
	return true;
}

/* Whether it is one that holds here; false where it is no string. */
static bool holds(struct nft *nft, struct import_rule *rule,
		  enum context context, const struct json *json, bool *result)
{
	const struct json *value;
	const char *text;

	if (!nft_element(nft, rule, json, &value))
		return false;
	text = json_string(value);
	if (!text)
		return nft_not_understood(nft, rule, "a value that is no name");
	if (context == STATE)
		*result = import_is_new(text, strlen(text));
	else if (context == STATUS)
		*result = false;
	else
		*result = import_is_device(nft->import, text, '*');
	return true;
}

/* True where the device is known; else there is a problem. */
static bool has_device(struct nft *nft, struct import_rule *rule,
		       enum context context)
{
	bool elsewhere = rule->elsewhere;

	if (context != INCOMING && context != OUTGOING)
		return true;
	import_and_device(nft->import, rule,
			  nft->import->device	? nft->import->device
			  : context == OUTGOING ? "oifname"
						: "iifname",
			  '*', context == OUTGOING, false);
	rule->elsewhere = elsewhere;
	return nft->import->device &&
	       nft->import->sends == (context == OUTGOING);
}

bool nft_match_context(struct nft *nft, struct import_rule *rule,
		       const struct json *left, const char *op,
		       const struct json *right)
{
	enum context context = context_of(left);
	bool negated = !strcmp(op, "!=");
	bool any = false, one, is_list;
	const struct json *item;

	if (context == NONE)
		return false;
	if (!negated && strcmp(op, "==") && strcmp(op, "in")) {
		nft_not_understood(nft, rule, op);
		return true;
	}
	if (!has_device(nft, rule, context) ||
	    !first_value(nft, rule, right, &item, &is_list))
		return true;
	for (; item; item = is_list ? item->next : NULL) {
		if (!holds(nft, rule, context, item, &one))
			return true;
		any |= one;
	}
	if (context == STATE || context == STATUS)
		import_and_state(rule, any != negated);
	else
		rule->elsewhere |= any == negated;
	return true;
}

/* A rule for each of its pairs; done where all of them were understood. */
bool nft_map_context(struct nft *nft, struct import_rule *rule,
		     const struct json *left, const struct json *first,
		     size_t chain, bool *done)
{
	enum context context = context_of(left);

	*done = false;
	if (context == NONE)
		return false;
	if (!has_device(nft, rule, context))
		return true;
	for (const struct json *pair = first; pair; pair = pair->next) {
		const struct json *verdict =
			json_is(pair, JSON_ARRAY) && pair->count == 2
				? pair->first->next
				: NULL;
		struct import_rule one = *rule;
		bool hit;

		if (!json_is(verdict, JSON_OBJECT) || verdict->count != 1) {
			nft_not_understood(nft, rule, "vmap");
			return true;
		}
		if (!holds(nft, rule, context, pair->first, &hit))
			return true;
		import_rule_init(nft->import, &one);
		import_and_any(nft->import, &one, rule->cases,
			       rule->case_count);
		one.mark = rule->mark;
		one.place = rule->place;
		one.source = rule->source;
		one.comment = rule->comment;
		one.problem = rule->problem;
		one.left_out = rule->left_out;
		one.wider = rule->wider;
		one.narrower = rule->narrower;
		one.never = rule->never;
		one.elsewhere = rule->elsewhere;
		if (context == STATE || context == STATUS)
			import_and_state(&one, hit);
		else
			one.elsewhere |= !hit;
		if (!nft_read_verdict(nft, &one, verdict->first)) {
			nft_not_understood(nft, rule, "vmap");
			return true;
		}
		import_rule_add(nft->import, chain, &one);
	}
	*done = true;
	return true;
}
