// SPDX-License-Identifier: GPL-2.0-only
/* Matches and maps of nft on devices and connection states. */
#include <string.h>

#include "nft.h"

enum context { NONE, INCOMING, OUTGOING, STATE };

static bool is(const char *a, const char *b)
{
	return a && !strcmp(a, b);
}

static enum context context_of(json_t *left)
{
	const char *meta = nft_string(json_object_get(left, "meta"), "key");
	json_t *ct = json_object_get(left, "ct");
	const char *key = nft_string(ct, "key");

	if (is(meta, "iifname") || is(meta, "iif"))
		return INCOMING;
	if (is(meta, "oifname") || is(meta, "oif"))
		return OUTGOING;
	return is(key, "state") ? STATE : NONE;
}

/* Gets the values: one value, a list, or an anonymous or named set. */
static bool find_values(struct nft *nft, struct import_rule *rule,
			json_t *right, json_t **elements)
{
	const char *name = json_string_value(right);
	struct nft_set *named;

	if ((name && *name == '@') || json_object_get(right, "set"))
		return nft_elements(nft, rule, right, elements, &named);
	*elements = right;
	return true;
}

/* What the values of a match say. */
struct context_values {
	struct import_states states;
	bool has_device; /* one is that of the policy */
};

/* False if the value is not a string. */
static bool add_value(struct nft *nft, struct import_rule *rule,
		      enum context context, json_t *json,
		      struct context_values *values)
{
	json_t *value;
	const char *text;

	if (!nft_element(nft, rule, json, &value))
		return false;
	text = json_string_value(value);
	if (!text)
		return nft_not_understood(nft, rule,
					  "a value that is not a name");
	if (context == STATE)
		import_state_add(nft->import, &values->states, text,
				 strlen(text));
	else
		values->has_device |= import_is_device(nft->import, text, '*');
	return true;
}

static void and_values(struct nft *nft, struct import_rule *rule,
		       enum context context,
		       const struct context_values *values, bool negated)
{
	if (context == STATE)
		import_and_state(nft->import, rule, &values->states, negated);
	else
		rule->elsewhere |= values->has_device == negated;
}

/* True if the device is known; otherwise sets a problem. */
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

bool nft_match_context(struct nft *nft, struct import_rule *rule, json_t *left,
		       const char *op, json_t *right)
{
	enum context context = context_of(left);
	/* of bits, "in" is any of them, and "!" is none of them */
	bool negated =
		!strcmp(op, "!=") || (context == STATE && !strcmp(op, "!"));
	struct context_values found = { 0 };
	json_t *values, *item;
	size_t i;

	if (context == NONE)
		return false;
	if (!negated && strcmp(op, "==") && strcmp(op, "in")) {
		nft_not_understood(nft, rule, op);
		return true;
	}
	if (!has_device(nft, rule, context) ||
	    !find_values(nft, rule, right, &values))
		return true;
	if (!json_is_array(values) && values) {
		if (!add_value(nft, rule, context, values, &found))
			return true;
	}
	json_array_foreach (values, i, item) {
		if (!add_value(nft, rule, context, item, &found))
			return true;
	}
	and_values(nft, rule, context, &found, negated);
	return true;
}

/* Adds a rule for each pair. Returns true if all of them were understood. */
bool nft_map_context(struct nft *nft, struct import_rule *rule, json_t *left,
		     json_t *pairs, size_t chain, bool *done)
{
	enum context context = context_of(left);
	json_t *pair;
	size_t i;

	*done = false;
	if (context == NONE)
		return false;
	if (!has_device(nft, rule, context))
		return true;
	json_array_foreach (pairs, i, pair) {
		struct import_rule one;
		struct context_values found = { 0 };

		if (json_array_size(pair) != 2) {
			nft_not_understood(nft, rule, "vmap");
			return true;
		}
		if (!add_value(nft, rule, context, json_array_get(pair, 0),
			       &found))
			return true;
		one = import_rule_copy(nft->import, rule);
		and_values(nft, &one, context, &found, false);
		if (!nft_read_verdict(nft, &one, json_array_get(pair, 1))) {
			nft_not_understood(nft, rule, "vmap");
			return true;
		}
		import_rule_add(nft->import, chain, &one);
	}
	*done = true;
	return true;
}
